/**
 * The thread pool's code: worker threads that run chunks of a parallel nest, and the call that hands one out.
 *
 * The state is a few cache lines of memory. `ticket` holds the number of the job in its high half and how many chunks are left to take
 * in its low half. Whoever swaps it for one less owns a chunk, and because a job is over only when all its chunks are done, what
 * describes the job stays as it is meanwhile: a thread that comes late takes part in the current job or finds nothing to take.
 */
import { type Abi, abis, enter, leave, locals } from './abi.ts';
import { Assembler } from './assembler.ts';
import type { Label, Mem } from './registers.ts';
import { type Gpr, mem, r10, rax, rbx, rcx, rdi, rdx, rsi, rsp } from './registers.ts';

/** Byte offsets in the state; what different threads write lies on different cache lines. */
const TICKET = 0,
  JOB_NUMBER = 4,
  UNFINISHED = 64,
  FUNCTION = 128,
  TABLE = 136,
  COUNT = 144,
  CHUNK = 152,
  CHUNKS = 160,
  SLEEPERS = 192,
  STOP = 256;

/** Bytes of the state, zeroed before the first thread starts. */
export const poolStateBytes = 320;

/** Looks a waiting thread takes before it sleeps, or lets others run: some tens of microseconds. */
const SPINS = 2000;

/** How an operating system parks threads: one entry each. All may change every register but rbx and rsp, which is 16-byte aligned. */
export interface Parking {
  readonly abi: Abi;
  /** Sleeps while the 32 bits at `word` are equal to edx; may return early. */
  readonly wait: (assembler: Assembler, word: Mem) => void;
  /** Wakes every thread that sleeps on `word`. */
  readonly wakeAll: (assembler: Assembler, word: Mem) => void;
  /** Lets another thread have the processor. */
  readonly yield: (assembler: Assembler) => void;
}

const FUTEX = 202,
  FUTEX_WAIT_PRIVATE = 128,
  FUTEX_WAKE_PRIVATE = 129,
  SCHED_YIELD = 24;

/** Linux: system calls, no library. */
export const linuxParking: Parking = {
  abi: abis.sysv,
  wait(assembler, word) {
    assembler.emit('lea', rdi, word);
    assembler.emit('mov', rsi.as(32), FUTEX_WAIT_PRIVATE);
    assembler.emit('xor', r10.as(32), r10.as(32));
    assembler.emit('mov', rax.as(32), FUTEX);
    assembler.emit('syscall');
  },
  wakeAll(assembler, word) {
    assembler.emit('lea', rdi, word);
    assembler.emit('mov', rsi.as(32), FUTEX_WAKE_PRIVATE);
    assembler.emit('mov', rdx.as(32), 0x7fffffff);
    assembler.emit('mov', rax.as(32), FUTEX);
    assembler.emit('syscall');
  },
  yield(assembler) {
    assembler.emit('mov', rax.as(32), SCHED_YIELD);
    assembler.emit('syscall');
  },
};

const UL_COMPARE_AND_WAIT = 1,
  ULF_WAKE_ALL = 0x100;

/** macOS: __ulock_wait, __ulock_wake and sched_yield of libSystem, at these addresses. */
export function darwinParking(functions: {
  readonly wait: bigint;
  readonly wake: bigint;
  readonly yield: bigint;
}): Parking {
  const abi = abis.sysv;
  return {
    abi,
    wait(assembler, word) {
      assembler.emit('lea', rsi, word);
      assembler.emit('mov', rdi.as(32), UL_COMPARE_AND_WAIT);
      assembler.emit('xor', rcx.as(32), rcx.as(32));
      callOut(assembler, abi, functions.wait);
    },
    wakeAll(assembler, word) {
      assembler.emit('lea', rsi, word);
      assembler.emit('mov', rdi.as(32), UL_COMPARE_AND_WAIT | ULF_WAKE_ALL);
      assembler.emit('xor', rdx.as(32), rdx.as(32));
      callOut(assembler, abi, functions.wake);
    },
    yield(assembler) {
      callOut(assembler, abi, functions.yield);
    },
  };
}

const INFINITE = -1;

/** Windows: WaitOnAddress, WakeByAddressAll and SwitchToThread, at these addresses. */
export function windowsParking(functions: {
  readonly wait: bigint;
  readonly wake: bigint;
  readonly yield: bigint;
}): Parking {
  const abi = abis.win64;
  const [first, second, third, fourth] = abi.parameters;
  return {
    abi,
    wait(assembler, word) {
      // It compares memory with memory.
      assembler.emit('mov', mem(rsp, locals + 8), rdx.as(32));
      assembler.emit('lea', second, mem(rsp, locals + 8));
      assembler.emit('lea', first, word);
      assembler.emit('mov', third.as(32), 4);
      assembler.emit('mov', fourth.as(32), INFINITE);
      callOut(assembler, abi, functions.wait);
    },
    wakeAll(assembler, word) {
      assembler.emit('lea', first, word);
      callOut(assembler, abi, functions.wake);
    },
    yield(assembler) {
      callOut(assembler, abi, functions.yield);
    },
  };
}

function callOut(assembler: Assembler, abi: Abi, address: bigint): void {
  if (abi.shadow > 0) assembler.emit('sub', rsp, abi.shadow);
  assembler.emit('mov', rax, address);
  assembler.emit('call', rax);
  if (abi.shadow > 0) assembler.emit('add', rsp, abi.shadow);
}

export interface PoolCode {
  /** Position-independent, to be loaded at a multiple of 64. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Offset of a thread's start routine, void f(state). */
  readonly worker: number;
  /** Offset of `parallel for` in the convention of programs: rdi = table, rsi = function, rdx = count, rcx = iterations per chunk. */
  readonly parallelFor: number;
  /** Offset of void stop(state): all workers return. */
  readonly stop: number;
}

export function emitPool(state: bigint, parking: Parking): PoolCode {
  const assembler = new Assembler();
  const take = assembler.label('take');
  assembler.here('worker');
  emitWorker(assembler, parking, take);
  assembler.align(64);
  assembler.here('parallelFor');
  emitParallelFor(assembler, state, parking, take);
  assembler.align(64);
  assembler.here('stop');
  enter(assembler, parking.abi);
  assembler.emit('mov', rbx, rdi);
  assembler.emit('mov', mem(rbx, STOP).as(32), 1);
  // A new job number without chunks: nobody falls asleep over the old one any more.
  assembler.emit('lock inc', mem(rbx, JOB_NUMBER).as(32));
  parking.wakeAll(assembler, mem(rbx, JOB_NUMBER));
  leave(assembler, parking.abi);
  assembler.align(64);
  assembler.bind(take);
  emitTake(assembler, state);
  const { code, labels } = assembler.finish();
  const offset = (name: string): number => labels.get(name) ?? 0;
  return { code, worker: offset('worker'), parallelFor: offset('parallelFor'), stop: offset('stop') };
}

function emitWorker(assembler: Assembler, parking: Parking, take: Label): void {
  enter(assembler, parking.abi);
  assembler.emit('mov', mem(rsp, locals), rdi);
  const awake = assembler.label('awake');
  const leaving = assembler.label('leaving');
  const again = assembler.here('again');
  assembler.emit('call', take);
  assembler.emit('mov', rbx, mem(rsp, locals));
  assembler.emit('mov', rcx.as(32), SPINS);
  const spin = assembler.here('spin');
  assembler.emit('cmp', mem(rbx, STOP).as(32), 0);
  assembler.emit('jne', leaving);
  assembler.emit('cmp', mem(rbx, TICKET).as(32), 0);
  assembler.emit('jne', again);
  assembler.emit('pause');
  assembler.emit('dec', rcx.as(32));
  assembler.emit('jnz', spin);
  // Whoever posts a job changes the ticket and then looks for sleepers; here it is the other way round, so one sees the other.
  assembler.emit('lock inc', mem(rbx, SLEEPERS).as(32));
  assembler.emit('mov', rdx, mem(rbx, TICKET));
  assembler.emit('test', rdx.as(32), rdx.as(32));
  assembler.emit('jnz', awake);
  assembler.emit('cmp', mem(rbx, STOP).as(32), 0);
  assembler.emit('jne', awake);
  assembler.emit('shr', rdx, 32);
  parking.wait(assembler, mem(rbx, JOB_NUMBER));
  assembler.bind(awake);
  assembler.emit('lock dec', mem(rbx, SLEEPERS).as(32));
  assembler.emit('jmp', again);
  assembler.bind(leaving);
  leave(assembler, parking.abi);
}

function emitParallelFor(assembler: Assembler, state: bigint, parking: Parking, take: Label): void {
  const work = assembler.label('work');
  const done = assembler.label('done');
  // Called with an aligned stack, which the return address upset.
  assembler.emit('sub', rsp, 56);
  assembler.emit('mov', rbx, state);
  assembler.emit('mov', mem(rbx, TABLE), rdi);
  assembler.emit('mov', mem(rbx, FUNCTION), rsi);
  assembler.emit('mov', mem(rbx, COUNT), rdx);
  assembler.emit('mov', mem(rbx, CHUNK), rcx);
  assembler.emit('lea', rax, mem(rdx, -1));
  assembler.emit('add', rax, rcx);
  assembler.emit('xor', rdx.as(32), rdx.as(32));
  assembler.emit('div', rcx);
  assembler.emit('mov', mem(rbx, CHUNKS), rax);
  assembler.emit('mov', mem(rbx, UNFINISHED), rax);
  assembler.emit('mov', rdx.as(32), mem(rbx, JOB_NUMBER));
  assembler.emit('inc', rdx.as(32));
  assembler.emit('shl', rdx, 32);
  assembler.emit('or', rdx, rax);
  assembler.emit('xchg', mem(rbx, TICKET), rdx);
  assembler.emit('cmp', mem(rbx, SLEEPERS).as(32), 0);
  assembler.emit('je', work);
  parking.wakeAll(assembler, mem(rbx, JOB_NUMBER));
  assembler.bind(work);
  assembler.emit('call', take);
  const join = assembler.here('join');
  assembler.emit('mov', rbx, state);
  assembler.emit('mov', rcx.as(32), SPINS);
  const spin = assembler.here('joinSpin');
  assembler.emit('cmp', mem(rbx, UNFINISHED).as(32), 0);
  assembler.emit('je', done);
  assembler.emit('pause');
  assembler.emit('dec', rcx.as(32));
  assembler.emit('jnz', spin);
  parking.yield(assembler);
  assembler.emit('jmp', join);
  assembler.bind(done);
  assembler.emit('add', rsp, 56);
  assembler.emit('ret');
}

/** Runs chunks of the current job until none is left to take. */
function emitTake(assembler: Assembler, state: bigint): void {
  const next = assembler.here('next');
  const none = assembler.label('none');
  assembler.emit('mov', rbx, state);
  assembler.emit('mov', rax, mem(rbx, TICKET));
  const retry = assembler.here('retry');
  assembler.emit('test', rax.as(32), rax.as(32));
  assembler.emit('jz', none);
  assembler.emit('lea', rdx, mem(rax, -1));
  assembler.emit('lock cmpxchg', mem(rbx, TICKET), rdx);
  assembler.emit('jne', retry);
  const chunk: Gpr = rsi;
  assembler.emit('mov', rax.as(32), rax.as(32));
  assembler.emit('mov', chunk, mem(rbx, CHUNKS));
  assembler.emit('sub', chunk, rax);
  assembler.emit('imul', chunk, mem(rbx, CHUNK));
  assembler.emit('mov', rdx, chunk);
  assembler.emit('add', rdx, mem(rbx, CHUNK));
  assembler.emit('cmp', rdx, mem(rbx, COUNT));
  assembler.emit('cmova', rdx, mem(rbx, COUNT));
  assembler.emit('mov', rdi, mem(rbx, TABLE));
  assembler.emit('call', mem(rbx, FUNCTION));
  assembler.emit('mov', rbx, state);
  assembler.emit('lock dec', mem(rbx, UNFINISHED).as(32));
  assembler.emit('jmp', next);
  assembler.bind(none);
  assembler.emit('ret');
}
