import { expect, test } from 'vitest';
import { type BrokenCase, issueLines } from './load.ts';

const HEX = 'a'.repeat(64);

const cases: readonly BrokenCase[] = [
  {
    name: 'text for a whole number',
    over: 'receivers: { http: { max_batch_events: many } }',
    lines: ['app.yaml:1:40: receivers.http.max_batch_events: expected a whole number, found text [CONFIG_TYPE]'],
  },
  {
    name: 'a fraction for a whole number',
    over: 'receivers: { http: { max_batch_events: 1.5 } }',
    lines: ['app.yaml:1:40: receivers.http.max_batch_events: expected a whole number, found a number [CONFIG_TYPE]'],
  },
  {
    name: 'too little',
    over: 'receivers: { http: { max_batch_events: 0 } }',
    lines: ['app.yaml:1:40: receivers.http.max_batch_events: expected at least 1 [CONFIG_VALUE]'],
  },
  {
    name: 'too much',
    over: 'receivers: { http: { max_batch_events: 100001 } }',
    lines: ['app.yaml:1:40: receivers.http.max_batch_events: expected at most 100000 [CONFIG_VALUE]'],
  },
  {
    name: 'text for a switch',
    over: 'receivers: { http: { insecure: yes } }',
    lines: ['app.yaml:1:32: receivers.http.insecure: expected true or false, found text [CONFIG_TYPE]'],
  },
  {
    name: 'a number for a size',
    over: 'receivers: { http: { max_event_bytes: 1024 } }',
    lines: [
      'app.yaml:1:39: receivers.http.max_event_bytes: expected a number with a unit (B, KB, MB, GB, KiB, MiB, GiB), e.g. 10MiB [CONFIG_TYPE]',
    ],
  },
  {
    name: 'a size without a known unit',
    over: 'receivers: { http: { max_event_bytes: 10Mb } }',
    lines: [
      'app.yaml:1:39: receivers.http.max_event_bytes: expected a number with a unit (B, KB, MB, GB, KiB, MiB, GiB), e.g. 10MiB [CONFIG_VALUE]',
    ],
  },
  {
    name: 'a number for a duration',
    over: 'service: { shutdown_timeout: 30 }',
    lines: [
      'app.yaml:1:30: service.shutdown_timeout: expected a number with a unit (ms, s, m, h, d), e.g. 5s [CONFIG_TYPE]',
    ],
  },
  {
    name: 'an endpoint without a port',
    over: 'receivers: { http: { endpoint: localhost } }',
    lines: ['app.yaml:1:32: receivers.http.endpoint: expected host:port, e.g. 127.0.0.1:4319 [CONFIG_VALUE]'],
  },
  {
    name: 'a port that is none',
    over: "receivers: { http: { endpoint: '127.0.0.1:70000' } }",
    lines: ['app.yaml:1:32: receivers.http.endpoint: expected a port from 0 to 65535 [CONFIG_VALUE]'],
  },
  {
    name: 'a number for text',
    over: 'exporters: { sqlite: { path: 5 } }',
    lines: ['app.yaml:1:30: exporters.sqlite.path: expected text, found a whole number [CONFIG_TYPE]'],
  },
  {
    name: 'an empty text',
    over: "exporters: { sqlite: { path: '' } }",
    lines: ['app.yaml:1:30: exporters.sqlite.path: expected at least 1 character [CONFIG_VALUE]'],
  },
  {
    name: 'a key with nothing behind it',
    over: 'exporters: { sqlite: { path: } }',
    lines: ['app.yaml:1:24: exporters.sqlite.path: expected text, found nothing [CONFIG_TYPE]'],
  },
  {
    name: 'a misspelled word',
    over: 'service: { log: { level: wran } }',
    lines: [
      'app.yaml:1:26: service.log.level: expected one of: debug, info, warn, error; did you mean "warn"? [CONFIG_VALUE]',
    ],
  },
  {
    name: 'a word that is near to none',
    over: 'service: { log: { level: everything } }',
    lines: ['app.yaml:1:26: service.log.level: expected one of: debug, info, warn, error [CONFIG_VALUE]'],
  },
  {
    name: 'a word in a list of words',
    over: 'tenants: [{ id: a, api_keys: [{ prefix: blk_12345678, sha256: ' + HEX + ', scopes: [ingst] }] }]',
    lines: [
      'app.yaml:1:138: tenants.0.api_keys.0.scopes.0: expected one of: ingest, read, replay, admin; did you mean "ingest"? [CONFIG_VALUE]',
    ],
  },
  {
    name: 'a list for a map',
    over: 'receivers: { http: [a] }',
    lines: ['app.yaml:1:20: receivers.http: expected a map, found a list [CONFIG_TYPE]'],
  },
  {
    name: 'text for a map',
    over: 'receivers: { http: yes please }',
    lines: ['app.yaml:1:20: receivers.http: expected a map, found text [CONFIG_TYPE]'],
  },
  {
    name: 'a list for a section',
    over: 'receivers: [http]',
    lines: ['app.yaml:1:12: receivers: expected a map, found a list [CONFIG_TYPE]'],
  },
  {
    name: 'text for a list',
    over: 'service: { extensions: health }',
    lines: ['app.yaml:1:24: service.extensions: expected a list, found text [CONFIG_TYPE]'],
  },
  {
    name: 'a map for a union of text and list',
    over: 'processors: { tenant_filter: { rules: [{ name: a, when: { tenant: { a: 1 } }, then: drop }] } }',
    lines: [
      'app.yaml:1:15: processors.tenant_filter: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      'app.yaml:1:59: processors.tenant_filter.rules.0.when.tenant: expected text or a list, found a map [CONFIG_TYPE]',
    ],
  },
  {
    name: 'a word of a union',
    over: 'processors: { tenant_filter: { rules: [{ name: a, when: { category: busines }, then: drop }] } }',
    lines: [
      'app.yaml:1:15: processors.tenant_filter: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      'app.yaml:1:69: processors.tenant_filter.rules.0.when.category: expected one of: business, system, delivery, security; did you mean "business"? [CONFIG_VALUE]',
    ],
  },
  {
    name: 'a word in a list of a union',
    over: 'processors: { tenant_filter: { rules: [{ name: a, when: { category: [system, securty] }, then: drop }] } }',
    lines: [
      'app.yaml:1:15: processors.tenant_filter: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      'app.yaml:1:78: processors.tenant_filter.rules.0.when.category.1: expected one of: business, system, delivery, security; did you mean "security"? [CONFIG_VALUE]',
    ],
  },
  {
    name: 'what a plugin refuses itself',
    over: 'exporters: { directory: { compression: gzip, level: 12 } }',
    lines: [
      'app.yaml:1:14: exporters.directory: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      'app.yaml:1:53: exporters.directory.level: gzip has the levels 1 to 9 [CONFIG_VALUE]',
    ],
  },
  {
    name: 'a missing option of a list item',
    over: 'processors: { redact: { rules: [{ keys: [a] }] } }',
    lines: ['app.yaml:1:33: processors.redact.rules.0.method: missing required "method" [CONFIG_REQUIRED]'],
  },
  {
    name: 'a missing option in a section of its own',
    over: 'receivers: { otlp:  }',
    lines: [
      'app.yaml:1:14: receivers.otlp: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      'app.yaml:1:14: receivers.otlp.protocols: missing required "protocols" [CONFIG_REQUIRED]',
    ],
  },
  {
    name: 'a missing part of tls',
    over: 'receivers: { http: { tls: { cert_file: a.pem } } }',
    lines: ['app.yaml:1:22: receivers.http.tls.key_file: missing required "key_file" [CONFIG_REQUIRED]'],
  },
  {
    name: 'a whole file that is a list',
    files: { 'app.yaml': '- a\n- b' },
    lines: ['app.yaml:1:1: expected a map of sections [CONFIG_TYPE]'],
  },
  {
    name: 'an empty file',
    files: { 'app.yaml': '' },
    lines: ['app.yaml:1:1: service: missing required "service" [CONFIG_REQUIRED]'],
  },
  {
    name: 'mistakes in the service hide none of the wiring',
    over: 'service:\n  log: { level: lod }\n  extensions: [health]',
    lines: [
      'app.yaml:2:17: service.log.level: expected one of: debug, info, warn, error [CONFIG_VALUE]',
      'app.yaml:3:16: service.extensions.0: no extension "health" is configured [CONFIG_REFERENCE]',
    ],
  },
  {
    name: 'no pipeline',
    files: { 'app.yaml': 'receivers: {}\nexporters: {}\nservice:\n  pipelines: {}' },
    lines: ['app.yaml:4:3: service.pipelines: expected at least 1 pipeline [CONFIG_VALUE]'],
  },
  {
    name: 'a pipeline whose name is none',
    over: "service: { pipelines: { 'My Events': { receivers: [http], exporters: [sqlite], processors: [normalize] } } }",
    lines: ['app.yaml:1:25: service.pipelines.My Events: expected a name in snake_case [CONFIG_VALUE]'],
  },
  {
    name: 'what is for a later release',
    over: 'exporters: { sqlite: { on_lag: detach } }\nservice: { journal: { type: none } }',
    lines: [
      'app.yaml:1:32: exporters.sqlite.on_lag: detach is not supported yet [CONFIG_NOT_SUPPORTED]',
      'app.yaml:2:29: service.journal.type: a journal of type none is not supported yet [CONFIG_NOT_SUPPORTED]',
    ],
  },
  {
    name: 'bounds that contradict each other',
    over: 'exporters: { sqlite: { retry: { initial_interval: 1h } } }\nservice:\n  journal: { max_bytes: 64MiB }\n  intake: { max_bytes: 1MiB }',
    lines: [
      'app.yaml:1:51: exporters.sqlite.retry.initial_interval: expected at most max_interval [CONFIG_VALUE]',
      'app.yaml:3:3: service.journal.segment_bytes: expected at most half of max_bytes: a segment is freed as a whole [CONFIG_VALUE]',
      'app.yaml:4:3: service.intake.max_bytes_per_tenant: expected at most max_bytes [CONFIG_VALUE]',
    ],
  },
];

test.each(cases)('$name', async ({ lines, ...given }) => {
  expect(await issueLines(given)).toEqual(lines);
});
