-- The value above which is_unusual holds, rounded down to ten-thousandths: for people to read. is_unusual decides.
CREATE OR REPLACE FUNCTION usual_limit(count numeric, total numeric, squares numeric, deviations numeric)
RETURNS numeric LANGUAGE sql IMMUTABLE
AS $$
  SELECT trunc((total + deviations * sqrt(count * squares - total * total)) / count, 4)
$$;
