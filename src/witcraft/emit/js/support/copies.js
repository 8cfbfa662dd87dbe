import { trap } from './errors.js';

/** `memory.copy` from one memory to another, for engines that have it only within one. */
export function copyBetween(to, from) {
  const bytes = ({ buffer }, address, size) => {
    const at = typeof address === 'bigint' ? Number(BigInt.asUintN(64, address)) : address >>> 0;
    if (at + size > buffer.byteLength) trap('memory access out of bounds');
    return new Uint8Array(buffer, at, size);
  };
  return (target, source, length) => {
    const size = typeof length === 'bigint' ? Number(BigInt.asUintN(64, length)) : length >>> 0;
    bytes(to, target, size).set(bytes(from, source, size));
  };
}
