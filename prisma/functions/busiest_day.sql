-- The date in a busyness: see there.
CREATE OR REPLACE FUNCTION busiest_day(most integer[]) RETURNS date LANGUAGE sql IMMUTABLE
AS $$
  SELECT date '2000-01-01' + most[2]
$$;
