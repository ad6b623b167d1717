// An event is found by its session as by a business key. The function is 0001's, with the sessions among the keys.

export const sql = `
CREATE OR REPLACE FUNCTION betalogs_write(tenants text, times_ns bigint[], cleaned_at integer[], cleaned_docs text, lines text)
RETURNS integer[] LANGUAGE plpgsql SET search_path = {schema}, pg_temp SET jit = off SET work_mem = '64MB' AS $$
DECLARE
  conflicts integer[];
BEGIN
  PERFORM set_config('app.tenant_ids', tenants, true);

  WITH parsed AS MATERIALIZED (
    SELECT n, line, doc, is_cleaned, at_ns, doc ->> 'tenantId' AS tenant_id, (doc ->> 'eventId')::uuid AS event_id,
      timestamptz 'epoch' + floor(at_ns / 1000.0)::bigint * interval '1 microsecond' AS occurred_at,
      doc #>> '{integrity,fingerprint}' AS fingerprint
    FROM (
      SELECT l.n::integer - 1 AS n, l.line, l.at_ns, c.doc IS NOT NULL AS is_cleaned, coalesce(c.doc, l.line)::jsonb AS doc
      FROM unnest(string_to_array(lines, E'\\n'), times_ns) WITH ORDINALITY AS l (line, at_ns, n)
      LEFT JOIN unnest(cleaned_at, string_to_array(cleaned_docs, E'\\n')) AS c (n, doc) ON c.n = l.n - 1
      OFFSET 0 -- else each use of doc would parse the line again
    ) AS sent
  ), ledger AS (
    INSERT INTO event_ids AS known (tenant_id, event_id, occurred_at, fingerprint)
    SELECT DISTINCT ON (tenant_id, event_id) tenant_id, event_id, occurred_at, fingerprint
    FROM parsed WHERE fingerprint IS NOT NULL ORDER BY tenant_id, event_id, n
    ON CONFLICT (tenant_id, event_id) DO UPDATE SET seen_at = known.seen_at
    RETURNING tenant_id, event_id, occurred_at, fingerprint
  ), kept AS MATERIALIZED (
    SELECT p.* FROM parsed p
    LEFT JOIN ledger l ON p.fingerprint IS NOT NULL AND l.tenant_id = p.tenant_id AND l.event_id = p.event_id
    WHERE p.fingerprint IS NULL OR (l.fingerprint = p.fingerprint AND l.occurred_at = p.occurred_at)
    ORDER BY p.tenant_id, p.event_id, p.n
  ), stored AS (
    INSERT INTO events (tenant_id, event_id, occurred_at, ts_ns, received_at, category, action, outcome, severity,
      actor_id, object_type, object_id, service_name, environment, trace_id, correlation_id, violation_type, error_class,
      retention_class, content_hash, size, cleaned, line, doc)
    SELECT tenant_id, event_id, occurred_at, at_ns, (doc ->> 'receivedAt')::timestamptz, doc ->> 'category',
      doc ->> 'action', doc ->> 'outcome', (doc ->> 'severity')::smallint, doc #>> '{actor,id}', doc #>> '{object,type}',
      doc #>> '{object,id}', doc #>> '{service,name}', doc #>> '{service,environment}', doc #>> '{correlation,traceId}',
      doc #>> '{correlation,correlationId}', doc #>> '{security,violation,type}', doc #>> '{error,class}',
      doc #>> '{attributes,retention.class}', doc #>> '{integrity,contentHash}', octet_length(line), is_cleaned, line, doc
    FROM kept
    ON CONFLICT DO NOTHING
  ), keyed AS (
    INSERT INTO event_keys (tenant_id, key_type, key_value, event_id, occurred_at, role)
    SELECT tenant_id, key, value, event_id, occurred_at,
      CASE WHEN doc #>> '{correlation,method}' = 'secondary_key'
        OR key = ANY ('{itemId,packageId,shipmentId,cartId,commitSha,artifactDigest,messageId}') THEN 'secondary' ELSE 'primary' END
    FROM kept, jsonb_each_text(doc #> '{correlation,businessKeys}')
    UNION ALL
    SELECT tenant_id, 'sessionId', session, event_id, occurred_at, 'secondary'
    FROM kept, coalesce(doc #>> '{correlation,sessionId}', doc #>> '{actor,sessionId}') AS session
    WHERE session <> ''
    ON CONFLICT DO NOTHING
  ), linked AS (
    INSERT INTO event_links (tenant_id, correlation_id, event_id, occurred_at, ts_ns, type)
    SELECT tenant_id, link ->> 'correlationId', event_id, occurred_at, at_ns, link ->> 'type'
    FROM kept, jsonb_array_elements(doc #> '{correlation,links}') AS link
    ON CONFLICT DO NOTHING
  )
  SELECT array_agg(p.n) INTO conflicts
  FROM parsed p JOIN ledger l ON l.tenant_id = p.tenant_id AND l.event_id = p.event_id
  WHERE p.fingerprint <> l.fingerprint;
  RETURN conflicts;
END $$;
`;
