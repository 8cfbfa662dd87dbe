/** @module Interface import */

export function x(): void;
