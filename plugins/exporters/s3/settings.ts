// What is configured, in code's units.
export interface S3Settings {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly forcePathStyle: boolean;
  /** `when_required`: Content-MD5 in the place of SHA-256, for servers that do not know the newer headers. */
  readonly checksum: 'sha256' | 'when_required';
  readonly multipartAboveBytes: number;
  readonly partBytes: number;
  readonly encryption: { readonly type: 'AES256' | 'aws:kms'; readonly keyId: string | undefined } | undefined;
  readonly lock: LockSettings | undefined;
  readonly expireAfterMs: number | undefined;
}

export interface LockSettings {
  readonly mode: 'governance' | 'compliance' | undefined;
  readonly retentionMs: number | undefined;
  readonly legalHold: boolean;
}
