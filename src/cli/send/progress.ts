import { SingleBar } from 'cli-progress';

export interface Progress {
  advance(bytes: number, events: number): void;
  stop(): void;
}

export const silent: Progress = { advance: () => {}, stop: () => {} };

/** A bar on `stream`; `totalBytes` is 0 where the length of the input is not known. */
export const createBar = (stream: NodeJS.WritableStream, totalBytes: number): Progress => {
  const format = totalBytes > 0 ? 'sending {bar} {percentage}% | {events} events' : 'sending | {events} events';
  const bar = new SingleBar({ stream, format, hideCursor: true, clearOnComplete: true, barsize: 30 });
  let events = 0;
  bar.start(totalBytes, 0, { events });
  return {
    advance: (bytes, more) => {
      events += more;
      bar.increment(bytes, { events: events.toLocaleString('en-US') });
    },
    stop: () => bar.stop(),
  };
};
