-- Whether a value lies more than `deviations` standard deviations above the mean of `count` values, which have this sum and this
-- sum of squares. Exact: v > t/n + d √(q/n - t²/n²) is (nv - t)² > d² (nq - t²) where nv > t, and no number is rounded.
CREATE OR REPLACE FUNCTION is_unusual(value numeric, count numeric, total numeric, squares numeric, deviations numeric)
RETURNS boolean LANGUAGE sql IMMUTABLE
AS $$
  SELECT count * value > total
    AND (count * value - total) * (count * value - total) > deviations * deviations * (count * squares - total * total)
$$;
