/**
 * For tests: erf to double precision, from its Taylor series in 260-bit whole-number arithmetic.
 */

const digits = 260n;
const unit = 1n << digits;

/** erf x, correctly rounded but for about one case in 2⁴⁰. */
export function erfExact(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  const fixed = toFixed(x);
  const square = (fixed * fixed) >> digits;
  // Σ (−1)ⁿ x^(2n + 1) / (n! (2n + 1))
  let term = fixed;
  let sum = fixed;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = -((term * square) >> digits) / n;
    sum += term / (2n * n + 1n);
  }
  return Number((sum * factor) >> (2n * digits - 160n)) / 2 ** 160;
}

function toFixed(x: number): bigint {
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  const whole = BigInt(Math.round(x * 2 ** (52 - exponent)));
  const shift = digits + BigInt(exponent) - 52n;
  return shift >= 0n ? whole << shift : whole >> -shift;
}

/** 2 / √π */
const factor = (2n * unit * unit) / squareRoot(pi() * unit);

/** Machin: π = 16 arctan 1/5 − 4 arctan 1/239. */
function pi(): bigint {
  return 16n * arctanOfReciprocal(5n) - 4n * arctanOfReciprocal(239n);
}

function arctanOfReciprocal(k: bigint): bigint {
  let power = unit / k;
  let sum = power;
  for (let n = 3n, sign = -1n; power !== 0n; n += 2n, sign = -sign) {
    power /= k * k;
    sum += (sign * power) / n;
  }
  return sum;
}

function squareRoot(n: bigint): bigint {
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2) + 1);
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}
