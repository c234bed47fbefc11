-- Reads up to `most` events after the id `beyond`, in the order of their ids: all, those of some types, or those of one user
-- and some types.
--
-- Each type is looked up by itself. The ranges say what `=` would. With `=` the planner may walk along the ids of all events
-- where it takes a rare type for a frequent one; their order leaves it the index of types, or of users.
CREATE OR REPLACE FUNCTION read_events(beyond bigint, most integer, types text[], subject bigint) RETURNS SETOF events
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
BEGIN
  IF subject IS NOT NULL THEN
    RETURN QUERY
    SELECT found.* FROM unnest(types) AS wanted (type) CROSS JOIN LATERAL (
      SELECT * FROM events
      WHERE (events.user_id, events.type, events.id) > (subject, wanted.type, beyond)
        AND (events.user_id, events.type) <= (subject, wanted.type)
      ORDER BY events.user_id, events.type, events.id LIMIT most) AS found
    ORDER BY found.id LIMIT most;
  ELSIF types IS NOT NULL THEN
    RETURN QUERY
    SELECT found.* FROM unnest(types) AS wanted (type) CROSS JOIN LATERAL (
      SELECT * FROM events
      WHERE (events.type, events.id) > (wanted.type, beyond) AND events.type <= wanted.type
      ORDER BY events.type, events.id LIMIT most) AS found
    ORDER BY found.id LIMIT most;
  ELSE
    RETURN QUERY SELECT * FROM events WHERE id > beyond ORDER BY id LIMIT most;
  END IF;
END
$$;
