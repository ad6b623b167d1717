// Node's decoder stops after the first frame and says nothing about what follows: where the frame ends is found here.

const MAGIC = 0xfd2fb528;
const BLOCK_RLE = 1;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

/** True if `input` is one zstd frame and nothing else (RFC 8878, 3.1.1). Says nothing about the blocks' content. */
export const isOneZstdFrame = (input: Buffer): boolean => {
  if (input.length < 6 || input.readUInt32LE(0) !== MAGIC) return false;
  const descriptor = input[4]!;
  let offset = 5 + headerBytes(descriptor);
  for (let last = false; !last;) {
    if (offset + 3 > input.length) return false;
    const block = input.readUIntLE(offset, 3);
    last = (block & 1) === 1;
    offset += 3 + (((block >> 1) & 3) === BLOCK_RLE ? 1 : block >> 3);
  }
  const checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
  return offset + checksumBytes === input.length;
};

/** Window, dictionary id and content size, as the descriptor tells. */
const headerBytes = (descriptor: number): number => {
  const singleSegment = (descriptor & 0x20) !== 0;
  const contentSize = CONTENT_SIZE_BYTES[descriptor >> 6]!;
  const size = singleSegment && contentSize === 0 ? 1 : contentSize;
  return (singleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 3]! + size;
};
