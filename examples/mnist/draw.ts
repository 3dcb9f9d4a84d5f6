/**
 * Digits as text: two pixels a character (▀ with two colours, or ▀ ▄ █ without colour), side by side, each over what the
 * model takes it for.
 */
import pc from 'picocolors';

export interface Drawing {
  /** 28 × 28 grey levels, 0 to 255. */
  readonly pixels: Uint8Array;
  readonly predicted: number;
  readonly label: number;
}

const SIDE = 28;
/** The margin that no digit needs. */
const MARGIN = 2;
/** Characters across: two pixels each. */
const WIDTH = (SIDE - 2 * MARGIN) / 2;

/** @param columns of the terminal   @param hasColor may use colours */
export function drawDigits(digits: readonly Drawing[], columns: number, hasColor: boolean): string {
  const perRow = Math.max(1, Math.floor((columns + 1) / (WIDTH + 1)));
  const blocks: string[] = [];
  for (let i = 0; i < digits.length; i += perRow) {
    const row = digits
      .slice(i, i + perRow)
      .map((digit) => [...pictureOf(digit.pixels, hasColor), caption(digit, hasColor)]);
    blocks.push(row[0]!.map((_, line) => row.map((lines) => lines[line]!).join(' ')).join('\n'));
  }
  return blocks.join('\n');
}

function pictureOf(pixels: Uint8Array, hasColor: boolean): string[] {
  return Array.from({ length: WIDTH / 2 }, (_, row) => {
    let line = '';
    for (let x = 0; x < WIDTH; x++) {
      const [upper, lower] = [brightness(pixels, 2 * row, x), brightness(pixels, 2 * row + 1, x)];
      line += hasColor ? `\x1b[38;5;${grey(upper)};48;5;${grey(lower)}m▀` : half(upper, lower);
    }
    return hasColor ? `${line}\x1b[0m` : line;
  });
}

/** The mean of 2 × 2 pixels. */
function brightness(pixels: Uint8Array, y: number, x: number): number {
  const first = (MARGIN + 2 * y) * SIDE + MARGIN + 2 * x;
  return (pixels[first]! + pixels[first + 1]! + pixels[first + SIDE]! + pixels[first + SIDE + 1]!) / 4;
}

/** One of the terminal's 24 greys. */
function grey(level: number): number {
  return 232 + Math.round((level / 255) * 23);
}

function half(upper: number, lower: number): string {
  const [isUpper, isLower] = [upper > 90, lower > 90];
  if (isUpper) return isLower ? '█' : '▀';
  return isLower ? '▄' : ' ';
}

function caption({ predicted, label }: Drawing, hasColor: boolean): string {
  const isRight = predicted === label;
  const text = (isRight ? `${predicted} ✓` : `${predicted} ✗ is ${label}`).padStart(WIDTH / 2 + 1).padEnd(WIDTH);
  if (!hasColor) return text;
  return isRight ? pc.green(text) : pc.red(text);
}
