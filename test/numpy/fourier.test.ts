/**
 * Fourier transforms and windows against NumPy's, gradients against JAX's. Errors are measured against the largest element: each is a sum over all
 * elements of the signal.
 */
import { bartlett, blackman, complex, type Complex, fft, hamming, hann, kaiser, type Tensor } from '../../src/index.ts';
import { numberIn, numbersIn, type Options, replay, type Rule } from './replay.ts';

const close = {
  values: { ulps: 2, floor: 'largest', double: 16 },
  gradients: { ulps: 4, floor: 'largest', double: 32 },
} as const;

function one(options: Options): fft.FourierOptions {
  const { norm } = options;
  return {
    ...(typeof options['n'] === 'number' && { n: options['n'] }),
    ...(typeof options['axis'] === 'number' && { axis: options['axis'] }),
    ...((norm === 'ortho' || norm === 'forward' || norm === 'backward') && { norm }),
  };
}

function many(options: Options): fft.FourierManyOptions {
  const { norm } = one(options);
  return {
    ...(options['s'] !== undefined && { s: numbersIn(options, 's') }),
    ...(options['axes'] !== undefined && { axes: numbersIn(options, 'axes') }),
    ...(norm && { norm }),
  };
}

const parts = ({ real, imag }: Complex): Tensor[] => [real, imag];
const toComplex = (f: (z: Complex, o: Options) => Complex): Rule => ({
  answer: ([re, im], o) => parts(f(complex(re!, im!), o)),
  ...close,
});
const toReal = (f: (z: Complex, o: Options) => Tensor): Rule => ({
  answer: ([re, im], o) => f(complex(re!, im!), o),
  ...close,
});
const ofReal = (f: (x: Tensor, o: Options) => Complex): Rule => ({ answer: ([x], o) => parts(f(x!, o)), ...close });
const shift = (f: typeof fft.fftshift): Rule => ({
  answer: ([x], o) =>
    f(x!, typeof o['axes'] === 'number' ? o['axes'] : o['axes'] === undefined ? undefined : numbersIn(o, 'axes')),
});
const window = (f: (n: number, o: Options) => Tensor): Rule => ({
  answer: ([x], o) => f(numberIn(o, 'n'), o).cast(x!.dtype),
  // Made in float32 unless asked: the values are those.
  values: { ulps: 1, floor: 1 },
  only: 'float32',
});

replay('fourier', {
  fft: toComplex((z, o) => fft.fft(z, one(o))),
  ifft: toComplex((z, o) => fft.ifft(z, one(o))),
  rfft: ofReal((x, o) => fft.rfft(x, one(o))),
  irfft: toReal((z, o) => fft.irfft(z, one(o))),
  hfft: toReal((z, o) => fft.hfft(z, one(o))),
  ihfft: ofReal((x, o) => fft.ihfft(x, one(o))),
  fft2: toComplex((z, o) => fft.fft2(z, many(o))),
  ifft2: toComplex((z, o) => fft.ifft2(z, many(o))),
  fftn: toComplex((z, o) => fft.fftn(z, many(o))),
  ifftn: toComplex((z, o) => fft.ifftn(z, many(o))),
  rfft2: ofReal((x, o) => fft.rfft2(x, many(o))),
  rfftn: ofReal((x, o) => fft.rfftn(x, many(o))),
  irfft2: toReal((z, o) => fft.irfft2(z, many(o))),
  irfftn: toReal((z, o) => fft.irfftn(z, many(o))),
  fftfreq: window((n, o) => fft.fftfreq(n, numberIn(o, 'd'))),
  rfftfreq: window((n, o) => fft.rfftfreq(n, numberIn(o, 'd'))),
  fftshift: shift(fft.fftshift),
  ifftshift: shift(fft.ifftshift),
  hanning: window((n) => hann(n)),
  hamming: window((n) => hamming(n)),
  blackman: window((n) => blackman(n)),
  bartlett: window((n) => bartlett(n)),
  kaiser: window((n, o) => kaiser(n, numberIn(o, 'beta'))),
  hannPeriodic: window((n) => hann(n, { periodic: true })),
});
