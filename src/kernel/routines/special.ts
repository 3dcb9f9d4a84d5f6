/**
 * Functions of single elements that take another number of terms for each; those of one number are in ../special.
 */
import type { TypedArray } from '../../ir/dtype.ts';
import * as beta from '../special/incomplete-beta.ts';
import * as incomplete from '../special/incomplete-gamma.ts';
import { polygamma as polygammaOf } from '../special/gamma.ts';
import type { Operand, Routine } from './operand.ts';

type OfTwo = (a: number, x: number) => number;
type OfThree = (a: number, b: number, x: number) => number;

function ofTwo(f: OfTwo, [a, x]: readonly Operand[], output: TypedArray): void {
  for (let i = 0; i < output.length; i++) output[i] = f(a!.values[i]!, x!.values[i]!);
}

function ofThree(f: OfThree, [a, b, x]: readonly Operand[], output: TypedArray): void {
  for (let i = 0; i < output.length; i++) output[i] = f(a!.values[i]!, b!.values[i]!, x!.values[i]!);
}

export const polygamma: Routine<'polygamma'> = ({ order }, [x], output) => {
  for (let i = 0; i < output.length; i++) output[i] = polygammaOf(order, x!.values[i]!);
};

export const gammainc: Routine<'gammainc'> = ({ upper }, inputs, output) => {
  ofTwo(upper ? incomplete.gammaincc : incomplete.gammainc, inputs, output);
};

export const gammaincDensity: Routine<'gammaincDensity'> = (_, inputs, output) => {
  ofTwo(incomplete.gammaincDensity, inputs, output);
};

export const gammaincShapeDerivative: Routine<'gammaincShapeDerivative'> = (_, inputs, output) => {
  ofTwo(incomplete.gammaincShapeDerivative, inputs, output);
};

export const gammaincinv: Routine<'gammaincinv'> = ({ upper }, inputs, output) => {
  ofTwo(upper ? incomplete.gammainccinv : incomplete.gammaincinv, inputs, output);
};

export const betainc: Routine<'betainc'> = ({ upper }, inputs, output) => {
  ofThree(upper ? (a, b, x) => beta.betaincc(a, b, x) : (a, b, x) => beta.betainc(a, b, x), inputs, output);
};

export const betaincDensity: Routine<'betaincDensity'> = (_, inputs, output) => {
  ofThree(beta.betaincDensity, inputs, output);
};

export const betaincShapeDerivative: Routine<'betaincShapeDerivative'> = ({ second }, inputs, output) => {
  ofThree((a, b, x) => beta.betaincShapeDerivatives(a, b, x)[second ? 1 : 0], inputs, output);
};

export const betaincinv: Routine<'betaincinv'> = (_, inputs, output) => {
  ofThree(beta.betaincinv, inputs, output);
};
