/**
 * Small tables that travel with the package.
 */
export { breastCancer } from './breast-cancer.ts';
export { diabetes, type DiabetesOptions } from './diabetes.ts';
export { digits } from './digits.ts';
export { iris } from './iris.ts';
export { type PenguinColumns, type Penguins, penguins } from './penguins.ts';
export type { ClassTable, NumberTable } from './table.ts';
export { wine } from './wine.ts';
