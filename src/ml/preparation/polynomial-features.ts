/**
 * Products of features up to a degree.
 */
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireWhole } from '../options.ts';
import type { Features, Transformer } from '../protocol.ts';
import { type ModelState, StateReader } from '../state.ts';

export interface PolynomialFeaturesOptions {
  /** Default 2. */
  readonly degree?: number;
  /** Only products of different features. Default false. */
  readonly interactionOnly?: boolean;
  /** A first column of ones. Default true. */
  readonly bias?: boolean;
}

/**
 * 1, a, b, a², ab, b² for features a and b and degree 2: by degree, then in the order of the features.
 * @example new PolynomialFeatures().fit([[2, 3]]).transform([[2, 3]]) // [[1, 2, 3, 4, 6, 9]]
 */
export class PolynomialFeatures implements Transformer {
  readonly role = 'transformer';
  readonly degree: number;
  readonly interactionOnly: boolean;
  readonly bias: boolean;

  constructor({ degree = 2, interactionOnly = false, bias = true }: PolynomialFeaturesOptions = {}) {
    requireWhole('PolynomialFeatures', 'degree', degree, 1, 32);
    this.degree = degree;
    this.interactionOnly = interactionOnly;
    this.bias = bias;
  }

  fit(x: Features): FittedPolynomialFeatures {
    const { degree, interactionOnly, bias } = this;
    return new FittedPolynomialFeatures(matrixOf('PolynomialFeatures.fit', x).columns, {
      degree,
      interactionOnly,
      bias,
    });
  }
}

/** @see PolynomialFeatures */
export class FittedPolynomialFeatures extends TransformerBase {
  readonly kind = 'PolynomialFeatures';
  readonly featuresIn: number;
  readonly options: Required<PolynomialFeaturesOptions>;
  /** For each result, the features it is the product of; one that is squared is named twice. */
  readonly products: readonly (readonly number[])[];

  constructor(featuresIn: number, options: Required<PolynomialFeaturesOptions>) {
    super();
    this.featuresIn = featuresIn;
    this.options = options;
    this.products = productsOf(featuresIn, options);
  }

  override map(x: Matrix): Matrix {
    const width = this.products.length;
    const result = new Matrix(x.rows, width);
    for (let i = 0; i < x.rows; i++) {
      const row = x.row(i);
      for (let k = 0; k < width; k++) {
        let value = 1;
        for (const j of this.products[k]!) value *= row[j]!;
        result.data[i * width + k] = value;
      }
    }
    return result;
  }

  /** @example featureNames(['a', 'b']) // ['1', 'a', 'b', 'a²', 'a b', 'b²'] for degree 2 */
  featureNames(inputs: readonly string[] = Array.from({ length: this.featuresIn }, (_, j) => `x${j}`)): string[] {
    return this.products.map((product) => {
      const names = [...new Set(product)].map((j) => {
        const power = product.filter((one) => one === j).length;
        return power === 1 ? inputs[j]! : `${inputs[j]!}^${power}`;
      });
      return names.length === 0 ? '1' : names.join(' ');
    });
  }

  toState(): ModelState {
    return { kind: this.kind, fields: { featuresIn: this.featuresIn, ...this.options }, arrays: {} };
  }

  static fromState(state: ModelState): FittedPolynomialFeatures {
    const read = new StateReader(state, 'PolynomialFeatures');
    const { degree, ...rest } = new PolynomialFeatures({
      degree: read.whole('degree', 1),
      interactionOnly: read.flag('interactionOnly'),
      bias: read.flag('bias'),
    });
    return new FittedPolynomialFeatures(read.whole('featuresIn', 1), {
      degree,
      interactionOnly: rest.interactionOnly,
      bias: rest.bias,
    });
  }
}

function productsOf(
  features: number,
  { degree, interactionOnly, bias }: Required<PolynomialFeaturesOptions>,
): number[][] {
  const all: number[][] = bias ? [[]] : [];
  let level: number[][] = [[]];
  for (let d = 1; d <= degree; d++) {
    level = level.flatMap((product) => {
      const first = product.length === 0 ? 0 : product.at(-1)! + (interactionOnly ? 1 : 0);
      return Array.from({ length: Math.max(0, features - first) }, (_, k) => [...product, first + k]);
    });
    all.push(...level);
  }
  return all;
}
