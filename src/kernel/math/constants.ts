/**
 * Per lane type: the numbers that range reductions share.
 */

/** Adding and subtracting it rounds to the nearest whole number, which the low bits of the sum then hold. */
export const roundingShift = { f32: 12582912, f64: 6755399441055744 } as const;

export const smallestNormal = { f32: 2 ** -126, f64: 2 ** -1022 } as const;

/** ln 2 in two parts; whole numbers of up to 9 (f32) or 12 (f64) bits times the first part are exact. */
export const ln2 = {
  f32: [0.693145751953125, 1.428606765330187e-6],
  f64: [0.6931471805601177, -1.7239444525614835e-13],
} as const;
