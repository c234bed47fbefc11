-- The day that was so busy: see busyness.
CREATE OR REPLACE FUNCTION busiest_day(most integer[]) RETURNS date LANGUAGE sql IMMUTABLE
AS $$
  SELECT date '2000-01-01' + most[2]
$$;
