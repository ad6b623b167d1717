/** What a listener grants a peer (RELIABILITY.md of the design, section 4). Tests shorten the times. */
export interface HttpLimits {
  readonly maxHeaderBytes: number;
  readonly maxHeaderFields: number;
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the last of its body. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  /** A body that is slower than this after `slowAfterMs` is given up. */
  readonly minBytesPerSecond: number;
  readonly slowAfterMs: number;
  /** How often times and speeds are looked at. */
  readonly checkEveryMs: number;
  /** What is read and thrown away of a body that was answered before its end, so that the sender sees the answer. */
  readonly maxDrainBytes: number;
  readonly maxDrainMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  maxHeaderBytes: 16 * 1024,
  maxHeaderFields: 100,
  headersTimeoutMs: 5000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 10_000,
  maxConnections: 2000,
  minBytesPerSecond: 1024,
  slowAfterMs: 5000,
  checkEveryMs: 1000,
  maxDrainBytes: 8 * 1024 ** 2,
  maxDrainMs: 2000,
};
