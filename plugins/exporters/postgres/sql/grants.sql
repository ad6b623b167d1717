-- What the postgres exporter makes when it is given an administrator's URL. Run it in the events' database as an
-- administrator, then: GRANT betalogs_writer TO <the exporter's login>; GRANT betalogs_reader TO <the login that reads>;
BEGIN;
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['betalogs_owner', 'betalogs_writer', 'betalogs_reader'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AND NOT pg_has_role(name, 'USAGE') THEN
      EXECUTE format('GRANT %I TO %I', name, current_user);
    END IF;
  END LOOP;
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public') THEN
    CREATE SCHEMA "public";
  END IF;
END $$;
GRANT USAGE, CREATE ON SCHEMA "public" TO "betalogs_owner";
GRANT USAGE ON SCHEMA "public" TO "betalogs_writer", "betalogs_reader";
SET LOCAL ROLE "betalogs_owner";
SET LOCAL search_path = "public", pg_temp;
CREATE TABLE IF NOT EXISTS betalogs_migrations (
  version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE betalogs_settings (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  partition_unit text NOT NULL DEFAULT 'month' CHECK (partition_unit IN ('month', 'week')),
  accept_past interval NOT NULL DEFAULT '3650 days',
  accept_ahead interval NOT NULL DEFAULT '2 days'
);
INSERT INTO betalogs_settings DEFAULT VALUES;

CREATE TABLE events (
  tenant_id text NOT NULL,
  event_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  ts_ns bigint NOT NULL,
  received_at timestamptz NOT NULL,
  category text NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL,
  severity smallint NOT NULL,
  actor_id text,
  object_type text,
  object_id text,
  service_name text,
  environment text,
  trace_id text,
  correlation_id text NOT NULL,
  violation_type text,
  error_class text,
  retention_class text,
  content_hash text NOT NULL,
  archive_key text,
  size integer NOT NULL,
  cleaned boolean NOT NULL DEFAULT false,
  line text NOT NULL,
  doc jsonb NOT NULL,
  PRIMARY KEY (tenant_id, occurred_at, event_id)
) PARTITION BY RANGE (occurred_at);

CREATE TABLE event_keys (
  tenant_id text NOT NULL,
  key_type text NOT NULL,
  key_value text NOT NULL,
  event_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  role text NOT NULL CHECK (role IN ('primary', 'secondary')),
  PRIMARY KEY (tenant_id, key_type, key_value, occurred_at, event_id)
) PARTITION BY RANGE (occurred_at);

CREATE TABLE event_links (
  tenant_id text NOT NULL,
  correlation_id text NOT NULL,
  event_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  ts_ns bigint NOT NULL,
  type text,
  PRIMARY KEY (tenant_id, correlation_id, occurred_at, event_id)
) PARTITION BY RANGE (occurred_at);

CREATE TABLE event_ids (
  tenant_id text NOT NULL,
  event_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  fingerprint text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX event_ids_by_age ON event_ids USING brin (seen_at);

CREATE FUNCTION betalogs_protect(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format($p$CREATE POLICY tenant_read ON %s FOR SELECT TO "betalogs_reader"
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')))$p$, target);
  EXECUTE format($p$CREATE POLICY batch_write ON %s FOR INSERT TO "betalogs_writer"
    WITH CHECK (tenant_id = ANY ((SELECT string_to_array(current_setting('app.tenant_ids', true), ','))::text[]))$p$, target);
  EXECUTE format($p$CREATE POLICY maintenance ON %s FOR SELECT TO "betalogs_owner"
    USING ((SELECT current_setting('app.maintenance', true)) = 'on')$p$, target);
END $$;
REVOKE ALL ON FUNCTION betalogs_protect(regclass) FROM PUBLIC;

SELECT betalogs_protect(name::regclass) FROM unnest(ARRAY['events', 'event_keys', 'event_links', 'event_ids']) AS name;
CREATE POLICY batch_compare ON event_ids FOR SELECT TO "betalogs_writer"
  USING (tenant_id = ANY ((SELECT string_to_array(current_setting('app.tenant_ids', true), ','))::text[]));
CREATE POLICY batch_repeat ON event_ids FOR UPDATE TO "betalogs_writer"
  USING (tenant_id = ANY ((SELECT string_to_array(current_setting('app.tenant_ids', true), ','))::text[]));
CREATE POLICY forget ON event_ids FOR DELETE TO "betalogs_owner"
  USING ((SELECT current_setting('app.maintenance', true)) = 'on');

CREATE FUNCTION betalogs_partitions()
RETURNS TABLE (from_at timestamptz, until_at timestamptz) LANGUAGE sql STABLE
SET search_path = "public", pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
  SELECT bound[1]::timestamptz, bound[2]::timestamptz
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid,
    regexp_match(pg_get_expr(relpartbound, pg_class.oid), 'FROM \(''(.*)''\) TO \(''(.*)''\)') AS bound
  WHERE inhparent = 'events'::regclass AND NOT inhdetachpending
$$;

CREATE FUNCTION betalogs_create_partition(at timestamptz, OUT from_at timestamptz, OUT until_at timestamptz)
LANGUAGE plpgsql SET search_path = "public", pg_temp SET timezone = 'UTC' AS $$
DECLARE
  unit text;
  parent text;
  partition text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('betalogs'), hashtext('"public".partitions'));
  SELECT p.from_at, p.until_at INTO from_at, until_at FROM betalogs_partitions() p WHERE p.from_at <= at AND at < p.until_at;
  IF FOUND THEN RETURN; END IF;
  SELECT partition_unit INTO unit FROM betalogs_settings;
  from_at := date_trunc(unit, at);
  until_at := from_at + ('1 ' || unit)::interval;
  -- Where the unit has changed, what is left between the neighbours.
  SELECT greatest(max(p.until_at), betalogs_create_partition.from_at) INTO from_at FROM betalogs_partitions() p WHERE p.until_at <= at;
  SELECT least(min(p.from_at), betalogs_create_partition.until_at) INTO until_at FROM betalogs_partitions() p WHERE p.from_at > at;
  FOREACH parent IN ARRAY ARRAY['events', 'event_keys', 'event_links'] LOOP
    partition := format('%s_p%s_%s', parent, to_char(from_at, 'YYYYMMDD'), to_char(until_at, 'YYYYMMDD'));
    -- Retention has detached it, and is about to drop it or to put it back.
    IF to_regclass(format('"public".%I', partition)) IS NOT NULL THEN
      RAISE EXCEPTION 'partition % is being removed', partition USING ERRCODE = 'object_in_use';
    END IF;
    EXECUTE format('CREATE TABLE "public".%I (LIKE "public".%I INCLUDING ALL)', partition, parent);
    PERFORM betalogs_protect(format('"public".%I', partition)::regclass);
    EXECUTE format('ALTER TABLE "public".%I ATTACH PARTITION "public".%I FOR VALUES FROM (%L) TO (%L)',
      parent, partition, from_at, until_at);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION betalogs_create_partition(timestamptz) FROM PUBLIC;

-- The ranges that hold the instants. One that is outside of what is accepted gets none.
CREATE FUNCTION betalogs_ensure_partitions(instants timestamptz[])
RETURNS TABLE (from_at timestamptz, until_at timestamptz) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = "public", pg_temp SET timezone = 'UTC' AS $$
DECLARE
  instant timestamptz;
  settings betalogs_settings;
BEGIN
  SELECT * INTO settings FROM betalogs_settings;
  FOR instant IN SELECT DISTINCT date_trunc('day', i) FROM unnest(instants) AS i ORDER BY 1 LOOP
    RETURN QUERY SELECT p.from_at, p.until_at FROM betalogs_partitions() p WHERE p.from_at <= instant AND instant < p.until_at;
    CONTINUE WHEN FOUND OR instant + interval '1 day' <= now() - settings.accept_past OR instant > now() + settings.accept_ahead;
    RETURN QUERY SELECT c.from_at, c.until_at FROM betalogs_create_partition(instant) c;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION betalogs_ensure_partitions(timestamptz[]) FROM PUBLIC;

-- This one and the next three.
CREATE FUNCTION betalogs_prepare_partitions()
RETURNS TABLE (from_at timestamptz, until_at timestamptz) LANGUAGE sql SECURITY DEFINER
SET search_path = "public", pg_temp SET timezone = 'UTC' AS $$
  SELECT c.from_at, c.until_at
  FROM betalogs_settings, generate_series(0, 3) AS step,
    betalogs_create_partition(date_trunc(partition_unit, now()) + step * ('1 ' || partition_unit)::interval) AS c
$$;
REVOKE ALL ON FUNCTION betalogs_prepare_partitions() FROM PUBLIC;

CREATE FUNCTION betalogs_forget_ids(OUT forgotten bigint) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = "public", pg_temp AS $$
BEGIN
  PERFORM set_config('app.maintenance', 'on', true);
  DELETE FROM event_ids WHERE (tenant_id, event_id) IN (
    SELECT tenant_id, event_id FROM event_ids WHERE seen_at < now() - interval '35 days' LIMIT 10000
  );
  GET DIAGNOSTICS forgotten = ROW_COUNT;
END $$;
REVOKE ALL ON FUNCTION betalogs_forget_ids() FROM PUBLIC;

DO $do$
DECLARE
  unicode text := (SELECT quote_ident(collname) FROM pg_collation
    WHERE collname IN ('pg_c_utf8', 'und-x-icu', 'default') AND collnamespace = 'pg_catalog'::regnamespace
    ORDER BY array_position(ARRAY['pg_c_utf8', 'und-x-icu', 'default'], collname::text) LIMIT 1);
BEGIN
  EXECUTE format($create$
    CREATE FUNCTION betalogs_words_of(tenant text, words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 SET search_path = pg_catalog, pg_temp AS $$
      SELECT coalesce(array_agg(DISTINCT left(md5(tenant), 8) || left(word, 64)), '{}')
      FROM regexp_split_to_table(
        regexp_replace(lower(normalize(left(words, 16384), NFKD) COLLATE %1$s),
          '[\u0300-\u036F\u0483-\u0489\u0591-\u05BD\u0610-\u061A\u064B-\u065F\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]', '', 'g'),
        '[^[:alnum:]]+' COLLATE %1$s) AS word
      WHERE word <> ''
    $$ $create$, unicode);
END $do$;

CREATE FUNCTION betalogs_words(tenant text, doc jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 SET search_path = "public", pg_temp AS $$
  SELECT betalogs_words_of(tenant, concat_ws(' ', doc ->> 'action', doc ->> 'description', doc #>> '{error,message}',
    doc #>> '{actor,id}', doc #>> '{actor,name}', doc #>> '{object,id}', doc #>> '{object,name}', doc #>> '{service,name}',
    (SELECT string_agg(leaf #>> '{}', ' ') FROM jsonb_path_query(doc -> 'data', 'strict $.**') AS leaf WHERE jsonb_typeof(leaf) = 'string'),
    (SELECT string_agg(leaf #>> '{}', ' ') FROM jsonb_path_query(doc -> 'attributes', 'strict $.**') AS leaf WHERE jsonb_typeof(leaf) = 'string')))
$$;

-- Returns the positions (from 0) of the events that are refused: their id is stored with other content.
CREATE FUNCTION betalogs_write(tenants text, times_ns bigint[], cleaned_at integer[], cleaned_docs text, lines text)
RETURNS integer[] LANGUAGE plpgsql SET search_path = "public", pg_temp SET jit = off SET work_mem = '64MB' AS $$
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
      FROM unnest(string_to_array(lines, E'\n'), times_ns) WITH ORDINALITY AS l (line, at_ns, n)
      LEFT JOIN unnest(cleaned_at, string_to_array(cleaned_docs, E'\n')) AS c (n, doc) ON c.n = l.n - 1
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
REVOKE ALL ON FUNCTION betalogs_write(text, bigint[], integer[], text, text) FROM PUBLIC;

GRANT SELECT ON betalogs_migrations, betalogs_settings TO "betalogs_writer", "betalogs_reader";
GRANT INSERT ON events, event_keys, event_links TO "betalogs_writer";
GRANT SELECT, INSERT, UPDATE (seen_at) ON event_ids TO "betalogs_writer";
GRANT EXECUTE ON FUNCTION betalogs_write(text, bigint[], integer[], text, text), betalogs_ensure_partitions(timestamptz[]),
  betalogs_prepare_partitions(), betalogs_forget_ids() TO "betalogs_writer";
GRANT SELECT ON events, event_keys, event_links, event_ids TO "betalogs_reader";

INSERT INTO betalogs_migrations (version, name, checksum)
VALUES (1, 'events, keys, links, ids', '166ec6e4d0b05372202c945a2ad1de98fbf92dc1b4cc41b7598c8ab99c0a4925');

CREATE OR REPLACE FUNCTION betalogs_write(tenants text, times_ns bigint[], cleaned_at integer[], cleaned_docs text, lines text)
RETURNS integer[] LANGUAGE plpgsql SET search_path = "public", pg_temp SET jit = off SET work_mem = '64MB' AS $$
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
      FROM unnest(string_to_array(lines, E'\n'), times_ns) WITH ORDINALITY AS l (line, at_ns, n)
      LEFT JOIN unnest(cleaned_at, string_to_array(cleaned_docs, E'\n')) AS c (n, doc) ON c.n = l.n - 1
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

INSERT INTO betalogs_migrations (version, name, checksum)
VALUES (2, 'sessions among the keys', '0584f19507db4353bc2767648bad1d9172b33273c3f5bd53a8d9729e9a91f391');
UPDATE betalogs_settings SET partition_unit = 'month',
  accept_past = interval '315360000000 milliseconds', accept_ahead = interval '172800000 milliseconds';
CREATE INDEX IF NOT EXISTS events_by_correlation ON events (tenant_id, correlation_id, occurred_at);
CREATE INDEX IF NOT EXISTS events_by_trace ON events (tenant_id, trace_id, occurred_at) WHERE trace_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_by_actor ON events (tenant_id, actor_id, occurred_at) WHERE actor_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_by_object ON events (tenant_id, object_id, occurred_at) WHERE object_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_by_receipt ON events USING brin (received_at);
COMMIT;
