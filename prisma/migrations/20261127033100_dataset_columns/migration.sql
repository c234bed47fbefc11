-- The columns of datasets get the one form that imports and the API have: source_name in place of sourceName.
UPDATE datasets SET columns = (
  SELECT jsonb_agg(entry - 'sourceName' || jsonb_build_object('source_name', entry -> 'sourceName') ORDER BY place)
  FROM jsonb_array_elements(columns) WITH ORDINALITY AS listed (entry, place))
WHERE columns -> 0 ? 'sourceName';
