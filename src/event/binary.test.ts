import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { crc32c } from '@node-rs/crc32';
import { describe, expect, test } from 'vitest';
import { decodeBinary, decodeBinaryFields, encodeBinary, isBinaryProblem } from './binary.ts';
import { parseJson } from './json.ts';
import { CanonicalEventSchema } from './proto/betalogs/event/v1/event_pb.ts';
import type { CanonicalEvent } from './schema.ts';

const HEAD = 13;
const CANARY = 'canary7f3a';
const parsed = (text: string): CanonicalEvent => (parseJson(text) as { value: CanonicalEvent }).value;
const event = (more: object = {}): CanonicalEvent => ({ schemaVersion: '1.0', ...more }) as CanonicalEvent;
const decodedJson = (frame: Uint8Array): string => JSON.stringify(decodeBinary(frame));

/** A sound frame around any payload. */
const framed = (payload: Uint8Array): Buffer => {
  const frame = Buffer.concat([encodeBinary(event()).subarray(0, HEAD), payload]);
  frame.writeUInt32LE(payload.length, 5);
  frame.writeUInt32LE(crc32c(payload, crc32c(frame.subarray(0, 9))), 9);
  return frame;
};
const written = (write: (writer: BinaryWriter) => unknown): Uint8Array => {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
};

describe('what JSON tells apart stays apart', () => {
  test.each([
    [
      'the order of keys',
      '{"z":1,"data":{"b":1,"a":{"y":1,"x":2},"7":3},"actor":{"type":"user","id":"a"},"schemaVersion":"1.4"}',
    ],
    ['big integers', '{"schemaVersion":"1.0","data":{"a":9007199254740993,"b":[-123456789012345678901234567890]}}'],
    [
      'a big integer where a small one goes',
      '{"schemaVersion":"1.0","severity":9007199254740993,"integrity":{"rawSize":1e300}}',
    ],
    [
      'NUL and characters beyond UTF-16',
      '{"schemaVersion":"1.0","description":"a\\u0000b😀","data":{"\\u0000":"\\u0000"}}',
    ],
    ['nanoseconds', '{"schemaVersion":"1.0","timestamp":"2026-01-02T03:04:05.123456789Z"}'],
    [
      'what is empty',
      '{"schemaVersion":"","actor":{},"objects":[],"data":{},"attributes":{},"correlation":{"businessKeys":{},"links":[]}}'.replace(
        '""',
        '"1.0"',
      ),
    ],
    [
      'null',
      '{"schemaVersion":"1.0","actor":null,"data":{"a":null,"b":[null]},"changes":[{"path":"p","before":null}]}',
    ],
    [
      'a section of another type',
      '{"schemaVersion":"1.0","actor":"me","severity":"high","evidence":[1],"objects":[{"id":"o"},7]}',
    ],
    ['numbers', '{"schemaVersion":"1.0","data":{"a":0.1,"b":1e21,"c":-5e-324,"d":9007199254740991}}'],
    ['ids of either type', '{"schemaVersion":"1.0","github":{"repository":{"id":5},"workflow":{"runId":"6"}}}'],
    [
      'fields of a later version, at every level',
      '{"schemaVersion":"1.9","later":[1],"actor":{"id":"a","later":{"x":1}}}',
    ],
    [
      'the sender’s own fields',
      '{"schemaVersion":"1.0","sourceEventId":"s","timestamp":1767322800,"source":"billing","correlation":{"traceparent":"t"}}',
    ],
  ])('%s', (_name, text) => {
    const json = JSON.stringify(parsed(text));
    const frame = encodeBinary(parsed(text));
    expect(decodedJson(frame)).toBe(json);
    expect(encodeBinary(decodeBinary(frame) as CanonicalEvent)).toEqual(frame);
  });

  test('a lone surrogate becomes what it is in UTF-8', () =>
    expect(decodedJson(encodeBinary(event({ description: 'a\ud800b' })))).toContain('a\ufffdb'));

  test('what is undefined or no number is as in JSON', () => {
    const odd = event({ actor: undefined, data: { a: undefined, b: [undefined, Number.NaN], c: Infinity } });
    expect(decodedJson(encodeBinary(odd))).toBe(JSON.stringify(odd));
    expect(decodeBinary(encodeBinary(event({ severity: -0, data: { n: -0 } })))).toEqual(
      event({ severity: -0, data: { n: -0 } }),
    );
  });
});

describe('in a frame that other programs write and read', () => {
  const sent = event({
    actor: { id: 'a', roles: ['r', 's'] },
    correlation: { businessKeys: { orderId: '7' } },
    severity: 9,
  });

  test('the payload is the message of event.proto', () => {
    const payload = encodeBinary(sent).subarray(HEAD);
    const message = fromBinary(CanonicalEventSchema, payload);
    expect(message).toMatchObject({ schemaVersion: '1.0', actor: { id: 'a', roles: ['r', 's'] }, severity: 9 });
    expect(message.correlation?.businessKeys).toEqual({ orderId: '7' });
    expect(Buffer.from(toBinary(CanonicalEventSchema, message))).toEqual(Buffer.from(payload));
  });

  test('the order of the fields on the wire says nothing, and of a field given twice the last counts', () => {
    const payload = written((writer) =>
      writer
        .tag(15, WireType.Varint)
        .int32(3)
        .tag(1, WireType.LengthDelimited)
        .string('1.0')
        .tag(15, WireType.Varint)
        .int32(9),
    );
    expect(decodedJson(framed(payload))).toBe('{"schemaVersion":"1.0","severity":9}');
  });

  test('fields of a later version of the message go out again as they came', () => {
    const later = written((writer) => {
      writer.tag(1, WireType.LengthDelimited).string('1.7').tag(77, WireType.LengthDelimited).string('later');
      writer.tag(17, WireType.LengthDelimited).fork().tag(99, WireType.Varint).int32(5).join();
    });
    const frame = framed(later);
    const again = decodeBinary(encodeBinary({ ...(decodeBinary(frame) as CanonicalEvent) }));
    const bytes = encodeBinary(again as CanonicalEvent);
    const message = fromBinary(CanonicalEventSchema, bytes.subarray(HEAD));
    expect(message.$unknown).toMatchObject([{ no: 77 }]);
    expect(message.actor?.$unknown).toMatchObject([{ no: 99 }]);
    expect(encodeBinary(decodeBinary(bytes) as CanonicalEvent)).toEqual(bytes);
  });
});

describe('refused', () => {
  const frame = encodeBinary(event({ data: { secret: CANARY } }));
  const changed = (at: number, value: number): Buffer => {
    const copy = Buffer.from(frame);
    copy[at] = value;
    return copy;
  };
  const nested = (levels: number): Uint8Array => {
    let inner = new Uint8Array();
    for (let i = 0; i < levels; i++)
      inner = written((writer) =>
        writer
          .tag(6, WireType.LengthDelimited)
          .bytes(written((list) => list.tag(1, WireType.LengthDelimited).bytes(inner))),
      ) as never;
    const entry = written((writer) =>
      writer.tag(1, WireType.LengthDelimited).string('k').tag(2, WireType.LengthDelimited).bytes(inner),
    );
    const data = written((writer) => writer.tag(1, WireType.LengthDelimited).bytes(entry));
    return written((writer) => writer.tag(30, WireType.LengthDelimited).bytes(data));
  };
  const entryOf = (key: string): Uint8Array =>
    written((writer) =>
      writer
        .tag(1000, WireType.LengthDelimited)
        .bytes(written((entry) => entry.tag(1, WireType.LengthDelimited).string(key))),
    );

  test.each<[string, string, Uint8Array]>([
    ['nothing', 'BINARY_CUT', Buffer.alloc(0)],
    ['another magic', 'BINARY_MAGIC', changed(0, 0x43)],
    ['JSON', 'BINARY_MAGIC', Buffer.from('{"category":"business"}')],
    ['another version', 'BINARY_VERSION', changed(4, 2)],
    ['a cut head', 'BINARY_CUT', frame.subarray(0, HEAD - 1)],
    ['a cut payload', 'BINARY_CUT', frame.subarray(0, -1)],
    ['a length of 4 GiB', 'BINARY_CUT', changed(8, 0xff)],
    ['trailing bytes', 'BINARY_TRAILING', Buffer.concat([frame, Buffer.alloc(1)])],
    ['another sum', 'BINARY_CHECKSUM', changed(9, frame[9]! ^ 1)],
    ['another payload', 'BINARY_CHECKSUM', changed(frame.length - 1, frame.at(-1)! ^ 1)],
    ['1 MiB and more', 'BINARY_TOO_LARGE', framed(Buffer.alloc(1024 ** 2))],
    ['no event', 'BINARY_NOT_CANONICAL', framed(new Uint8Array())],
    ['an event of version 2', 'BINARY_NOT_CANONICAL', encodeBinary(event({ schemaVersion: '2.0' }))],
    ['depth 33', 'JSON_DEPTH', framed(nested(33))],
    ['depth 100', 'BINARY_MALFORMED', framed(nested(100))],
    [
      'depth 100,000',
      'BINARY_MALFORMED',
      framed(Buffer.concat(Array.from({ length: 300_000 }, () => Buffer.from([0xf3, 0x01])))),
    ],
    ['a text that is not UTF-8', 'BINARY_MALFORMED', framed(Buffer.from([0x0a, 1, 0xff]))],
    ['a text beyond the end', 'BINARY_MALFORMED', framed(Buffer.from([0x0a, 9, 0x41]))],
    ['a text of 4 GiB', 'BINARY_MALFORMED', framed(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x41]))],
    ['a field that reaches into the next', 'BINARY_MALFORMED', framed(Buffer.from([0x8a, 0x01, 2, 0x0a, 1, 0x41]))],
    ['a field of another type', 'BINARY_MALFORMED', framed(Buffer.from([0x08, 0]))],
    ['the number 0', 'BINARY_MALFORMED', framed(Buffer.from([0x00, 1]))],
    ['a key of Object', 'BINARY_MALFORMED', framed(entryOf('__proto__'))],
    ['many keys', 'JSON_KEYS', framed(Buffer.concat(Array.from({ length: 4001 }, (_, i) => entryOf(`k${i}`))))],
    [
      'no number',
      'JSON_NUMBER',
      framed(
        written((writer) =>
          writer.tag(28, WireType.LengthDelimited).fork().tag(3, WireType.Bit64).double(Number.NaN).join(),
        ),
      ),
    ],
    [
      'an integer that is none',
      'BINARY_MALFORMED',
      framed(
        written((writer) =>
          writer
            .tag(30, WireType.LengthDelimited)
            .fork()
            .tag(1, WireType.LengthDelimited)
            .fork()
            .tag(2, WireType.LengthDelimited)
            .fork()
            .tag(4, WireType.LengthDelimited)
            .string('1,"x":2')
            .join()
            .join()
            .join(),
        ),
      ),
    ],
  ])('%s: %s', (_name, code, bytes) => {
    const result = decodeBinary(bytes);
    expect(result).toMatchObject({ code });
    expect(isBinaryProblem(result)).toBe(true);
    expect(JSON.stringify(result)).not.toContain(CANARY);
  });

  test('a sender’s keys are counted as in JSON', () =>
    expect(
      decodeBinaryFields(framed(Buffer.concat(Array.from({ length: 2001 }, (_, i) => entryOf(`k${i}`))))),
    ).toMatchObject({ code: 'JSON_KEYS' }));

  test('each cut and each flipped bit', () => {
    for (let end = 0; end < frame.length; end++)
      expect(isBinaryProblem(decodeBinary(frame.subarray(0, end)))).toBe(true);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      expect(isBinaryProblem(decodeBinary(changed(bit >> 3, frame[bit >> 3]! ^ (1 << (bit & 7)))))).toBe(true);
    }
  });
});

test('an event with a field called code is no problem', () =>
  expect(isBinaryProblem(decodeBinary(encodeBinary(event({ code: 'x', path: '', message: 'm' }))))).toBe(false));
