import { expect, test } from 'vitest';
import { type BrokenCase, issueLines } from './load.ts';

const HEX = 'a'.repeat(64);
const key = (sha256: string): string => `{ prefix: blk_12345678, sha256: ${sha256} }`;
const listener = (options: string): string => `receivers:\n  http:\n    ${options}`;
const tls = 'tls: { cert_file: c.pem, key_file: k.pem }';

const cases: readonly BrokenCase[] = [
  {
    name: 'a pipeline names nothing that is there',
    over: 'service: { pipelines: { events: { exporters: [sqlite, sqlte] } } }',
    lines: [
      'app.yaml:1:55: service.pipelines.events.exporters.1: no exporter "sqlte" is configured; did you mean "sqlite"? [CONFIG_REFERENCE]',
    ],
  },
  {
    name: 'a misspelled name is the one reference',
    files: {
      'app.yaml':
        'receivers: { http:  }\nprocessors: { normalize:  }\nexporters: { sqlite:  }\nservice: { pipelines: { a: { receivers: [htpp], processors: [normalise], exporters: [sqlight] } } }',
    },
    lines: [
      'app.yaml:3:14: exporters.sqlite: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      'app.yaml:4:42: service.pipelines.a.receivers.0: no receiver "htpp" is configured; did you mean "http"? [CONFIG_REFERENCE]',
      'app.yaml:4:62: service.pipelines.a.processors.0: no processor "normalise" is configured; did you mean "normalize"? [CONFIG_REFERENCE]',
      'app.yaml:4:86: service.pipelines.a.exporters.0: no exporter "sqlight" is configured [CONFIG_REFERENCE]',
    ],
  },
  {
    name: 'a processor as an exporter',
    over: 'service: { pipelines: { events: { exporters: [sqlite, redact] } } }',
    lines: [
      'app.yaml:1:55: service.pipelines.events.exporters.1: "redact" is a processor, not an exporter [CONFIG_REFERENCE]',
    ],
  },
  {
    name: 'an extension that is not there',
    over: 'service: { extensions: [helth] }',
    lines: ['app.yaml:1:25: service.extensions.0: no extension "helth" is configured [CONFIG_REFERENCE]'],
  },
  {
    name: 'a name twice in a list',
    over: 'service: { pipelines: { events: { receivers: [http, http] } } }',
    lines: [
      'app.yaml:1:53: service.pipelines.events.receivers.1: "http" is already in this list [CONFIG_REFERENCE_REPEATED]',
    ],
  },
  {
    name: 'a receiver that nothing uses',
    over: 'receivers: { http/second: { endpoint: 127.0.0.1:1 } }',
    lines: ['app.yaml:1:14: receivers.http/second: is configured, but no pipeline uses it [CONFIG_UNUSED]'],
  },
  {
    name: 'an extension that nothing uses',
    over: 'extensions:\n  health:\n',
    lines: ['app.yaml:2:3: extensions.health: is configured, but service.extensions does not name it [CONFIG_UNUSED]'],
  },
  {
    name: 'a pipeline without receivers',
    over: 'service:\n  pipelines:\n    events:\n      receivers: []',
    lines: [
      'base.yaml:2:14: receivers.http: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      'app.yaml:4:18: service.pipelines.events.receivers: the pipeline has no receiver; name at least one [CONFIG_PIPELINE]',
    ],
  },
  {
    name: 'a pipeline without exporters',
    over: 'service: { pipelines: { events: { exporters: [] } } }',
    lines: [
      'base.yaml:4:14: exporters.sqlite: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      'app.yaml:1:46: service.pipelines.events.exporters: the pipeline has no exporter; name at least one [CONFIG_PIPELINE]',
    ],
  },
  {
    name: 'a pipeline whose exporters are not given',
    over: 'service: { pipelines: { more: { receivers: [http], processors: [normalize] } } }',
    lines: ['app.yaml:1:25: service.pipelines.more.exporters: missing required "exporters" [CONFIG_REQUIRED]'],
  },
  {
    name: 'a canonical processor too early',
    over: 'service: { pipelines: { events: { processors: [redact, validate, normalize] } } }',
    lines: [
      'app.yaml:1:48: service.pipelines.events.processors.0: "redact" takes canonical events; put it after "normalize" [CONFIG_STAGE]',
    ],
  },
  {
    name: 'a raw processor too late',
    over: 'service: { pipelines: { events: { processors: [normalize, validate, redact] } } }',
    lines: [
      'app.yaml:1:59: service.pipelines.events.processors.1: "validate" takes raw events; put it before "normalize" [CONFIG_STAGE]',
    ],
  },
  {
    name: 'normalize twice',
    over: 'processors: { normalize/again:  }\nservice: { pipelines: { events: { processors: [validate, normalize, normalize/again, redact] } } }',
    lines: [
      'app.yaml:2:69: service.pipelines.events.processors.2: events are canonical since "normalize"; leave "normalize/again" out [CONFIG_STAGE]',
    ],
  },
  {
    name: 'no normalize',
    over: 'service:\n  pipelines:\n    more:\n      receivers: [http]\n      processors: [validate]\n      exporters: [sqlite]',
    lines: [
      'app.yaml:5:19: service.pipelines.more.processors: nothing makes raw events canonical; add "normalize" [CONFIG_STAGE]',
    ],
  },
  {
    name: 'no processors at all',
    over: 'service:\n  pipelines:\n    more:\n      receivers: [http]\n      exporters: [sqlite]',
    lines: [
      'app.yaml:3:5: service.pipelines.more.processors: nothing makes raw events canonical; add "normalize" [CONFIG_STAGE]',
    ],
  },
  {
    name: 'an exporter abandoned and configured',
    over: 'service: { journal: { abandon: [gone, sqlite] } }',
    lines: [
      'app.yaml:1:39: service.journal.abandon.1: "sqlite" is configured; only an exporter that is gone can be abandoned [CONFIG_ABANDON]',
    ],
  },
  {
    name: 'every address',
    over: listener('endpoint: 0.0.0.0:4319'),
    lines: [
      'app.yaml:3:15: receivers.http.endpoint: listens beyond this machine without TLS and tenants; bind 127.0.0.1, or configure tls and tenants, or say insecure: true where something in front does both [CONFIG_EXPOSED]',
    ],
  },
  {
    name: 'every IPv6 address',
    over: listener("endpoint: '[::]:4319'"),
    lines: [
      'app.yaml:3:15: receivers.http.endpoint: listens beyond this machine without TLS and tenants; bind 127.0.0.1, or configure tls and tenants, or say insecure: true where something in front does both [CONFIG_EXPOSED]',
    ],
  },
  {
    name: 'a name that only looks like loopback',
    over: listener('endpoint: 127.0.0.1.example.com:4319'),
    lines: [
      'app.yaml:3:15: receivers.http.endpoint: listens beyond this machine without TLS and tenants; bind 127.0.0.1, or configure tls and tenants, or say insecure: true where something in front does both [CONFIG_EXPOSED]',
    ],
  },
  {
    name: 'TLS alone is not enough',
    over: `${listener('endpoint: 0.0.0.0:4319')}\n    ${tls}`,
    lines: [
      'app.yaml:3:15: receivers.http.endpoint: listens beyond this machine without TLS and tenants; bind 127.0.0.1, or configure tls and tenants, or say insecure: true where something in front does both [CONFIG_EXPOSED]',
    ],
  },
  {
    name: 'tenants alone are not enough',
    over: `tenants: [{ id: a, api_keys: [${key(HEX)}] }]\n${listener('endpoint: 0.0.0.0:4319')}`,
    lines: [
      'app.yaml:4:15: receivers.http.endpoint: listens beyond this machine without TLS and tenants; bind 127.0.0.1, or configure tls and tenants, or say insecure: true where something in front does both [CONFIG_EXPOSED]',
    ],
  },
  {
    name: 'a nested listener',
    over: 'receivers: { otlp: { protocols: { http: { endpoint: 10.0.0.1:4318 } } } }\nservice: { pipelines: { events: { receivers: [http, otlp] } } }',
    lines: [
      'app.yaml:1:53: receivers.otlp.protocols.http.endpoint: listens beyond this machine without TLS and tenants; bind 127.0.0.1, or configure tls and tenants, or say insecure: true where something in front does both [CONFIG_EXPOSED]',
    ],
  },
  {
    name: 'a listener of an extension',
    over: 'extensions: { health: { endpoint: host.example:1 } }\nservice: { extensions: [health] }',
    lines: [
      'app.yaml:1:35: extensions.health.endpoint: listens beyond this machine without TLS and tenants; bind 127.0.0.1, or configure tls and tenants, or say insecure: true where something in front does both [CONFIG_EXPOSED]',
    ],
  },
  {
    name: 'one endpoint, with and without TLS',
    over: `receivers:\n  otlp:\n    protocols:\n      http:\n        endpoint: 127.0.0.1:4319\n        ${tls}\nservice: { pipelines: { events: { receivers: [http, otlp] } } }`,
    lines: [
      'app.yaml:5:19: receivers.otlp.protocols.http.endpoint: has the endpoint of receivers.http.endpoint, but other TLS settings [CONFIG_ENDPOINT_CONFLICT]',
    ],
  },
  {
    name: 'a tenant twice',
    over: `tenants:\n  - { id: a, api_keys: [${key(HEX)}] }\n  - { id: a, api_keys: [${key('b'.repeat(64))}] }`,
    lines: ['app.yaml:3:11: tenants.1.id: tenant "a" is already there [CONFIG_TENANT_REPEATED]'],
  },
  {
    name: 'a key twice',
    over: `tenants:\n  - { id: a, api_keys: [${key(HEX)}] }\n  - id: b\n    api_keys:\n      - ${key(HEX)}`,
    lines: ['app.yaml:5:41: tenants.1.api_keys.0.sha256: this key already opens tenant "a" [CONFIG_API_KEY_REPEATED]'],
  },
  {
    name: 'a tenant without a key, and a key in clear',
    over: 'tenants:\n  - { id: a, api_keys: [] }\n  - { id: b, api_keys: [{ prefix: blk_x, sha256: hunter2 }] }',
    lines: [
      'app.yaml:2:24: tenants.0.api_keys: expected at least 1 item [CONFIG_VALUE]',
      'app.yaml:3:35: tenants.1.api_keys.0.prefix: expected the first 12 characters of the key, e.g. blk_Ab3dEf6h [CONFIG_VALUE]',
      'app.yaml:3:50: tenants.1.api_keys.0.sha256: expected the SHA-256 of the whole key, 64 lower-case hex digits [CONFIG_VALUE]',
    ],
  },
];

test.each(cases)('$name', async ({ lines, ...given }) => {
  expect(await issueLines(given)).toEqual(lines);
});

const sound: readonly { readonly name: string; readonly over: string }[] = [
  {
    name: 'loopback in every form',
    over: "receivers: { http: { endpoint: localhost:1 }, http/b: { endpoint: '[::1]:1' }, http/c: { endpoint: 127.8.9.1:1 } }\nservice: { pipelines: { events: { receivers: [http, http/b, http/c] } } }",
  },
  {
    name: 'TLS and tenants',
    over: `tenants: [{ id: a, api_keys: [${key(HEX)}] }]\n${listener('endpoint: 0.0.0.0:4319')}\n    ${tls}`,
  },
  { name: 'insecure, in words', over: `${listener('endpoint: 0.0.0.0:4319')}\n    insecure: true` },
  {
    name: 'one endpoint for two receivers',
    over: 'receivers: { otlp: { protocols: { http: { endpoint: 127.0.0.1:4319 } } } }\nservice: { pipelines: { events: { receivers: [http, otlp] } } }',
  },
  {
    name: 'free ports, with and without TLS',
    over: `receivers: { http: { endpoint: 127.0.0.1:0 }, http/b: { endpoint: 127.0.0.1:0, ${tls} } }\nservice: { pipelines: { events: { receivers: [http, http/b] } } }`,
  },
  {
    name: 'one receiver in two pipelines',
    over: 'service: { pipelines: { more: { receivers: [http], processors: [normalize], exporters: [sqlite] } } }',
  },
];

test.each(sound)('valid: $name', async ({ over }) => {
  expect(await issueLines({ over })).toEqual([]);
});
