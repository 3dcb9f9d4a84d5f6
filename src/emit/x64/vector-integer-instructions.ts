/**
 * Integer vector instructions and opmask instructions.
 * Columns: opcode, prefix and map, W per encoding, disp8 tuple, broadcast element bytes (vector-forms.ts).
 */
import { either } from './form.ts';
import {
  EIGHTH, EVEX0, EVEX1, F2_0F, F3_0F, F3_38, FULL, generalK, gm, HALF, kGeneral, kk, kki, kkk, km, kMemory, kvm, kvmi, memoryK, mr,
  mrGeneral, mrGeneralRegister, mri, mriGeneral, mrMemory, mvr, NP_0F, P66_0F, P66_38, P66_3A, pd, ps, QUARTER, rk, rm, rmGeneral,
  rmGeneralRegister, rmi, rmMemory, rmv, rvm, rvmi, rvmiGeneral, rvmMemory, rvmr, VEX0, VEX1, vmi, W0, W01, W1,
} from './vector-forms.ts';

/** Packed dwords and qwords, with a broadcast of one element. */
const d = (opcode: number, prefix = P66_0F, w = W0) => ps(opcode, prefix, w);
const q = (opcode: number, prefix = P66_0F, w = W01) => pd(opcode, prefix, w);
/** Packed bytes and words: no broadcast. */
const bw = (opcode: number, prefix = P66_0F) => rvm(opcode, prefix, W0);

/** Shift by an immediate or by the low quadword of an xmm register. */
const shift = (digit: number, immediate: number, byXmm: number, w: number, element: number) =>
  either(vmi(immediate, digit, P66_0F, w, FULL, element), rvm(byXmm, P66_0F, w, 16));

const kmove = (prefix: number, w: number, generalPrefix: number, generalW: number) =>
  either(either(kMemory(0x90, prefix, w), memoryK(0x91, prefix, w)), either(kGeneral(0x92, generalPrefix, generalW), generalK(0x93, generalPrefix, generalW)));

export const integerVectorInstructions = {
  // Moves
  vmovdqu: either(rm(0x6f, F3_0F, VEX0), mr(0x7f, F3_0F, VEX0)),
  vmovdqa: either(rm(0x6f, P66_0F, VEX0), mr(0x7f, P66_0F, VEX0)),
  vmovdqu8: either(rm(0x6f, F2_0F, EVEX0), mr(0x7f, F2_0F, EVEX0)),
  vmovdqu16: either(rm(0x6f, F2_0F, EVEX1), mr(0x7f, F2_0F, EVEX1)),
  vmovdqu32: either(rm(0x6f, F3_0F, EVEX0), mr(0x7f, F3_0F, EVEX0)),
  vmovdqu64: either(rm(0x6f, F3_0F, EVEX1), mr(0x7f, F3_0F, EVEX1)),
  vmovdqa32: either(rm(0x6f, P66_0F, EVEX0), mr(0x7f, P66_0F, EVEX0)),
  vmovdqa64: either(rm(0x6f, P66_0F, EVEX1), mr(0x7f, P66_0F, EVEX1)),
  vmovd: either(rmGeneral(0x6e, P66_0F, W0, 4), mrGeneral(0x7e, P66_0F, W0, 4)),
  vmovq: either(
    either(rm(0x7e, F3_0F, W01, 8), mrMemory(0xd6, P66_0F, W01, 8)),
    either(rmGeneralRegister(0x6e, P66_0F, W1, 8), mrGeneralRegister(0x7e, P66_0F, W1, 8)),
  ),
  vpbroadcastb: either(rm(0x78, P66_38, W0, 1), rmGeneralRegister(0x7a, P66_38, EVEX0)),
  vpbroadcastw: either(rm(0x79, P66_38, W0, 2), rmGeneralRegister(0x7b, P66_38, EVEX0)),
  vpbroadcastd: either(rm(0x58, P66_38, W0, 4), rmGeneralRegister(0x7c, P66_38, EVEX0)),
  vpbroadcastq: either(rm(0x59, P66_38, W01, 8), rmGeneralRegister(0x7c, P66_38, EVEX1)),
  vpmovmskb: gm(0xd7, P66_0F, VEX0),
  vpmaskmovd: either(rvmMemory(0x8c, P66_38, VEX0), mvr(0x8e, P66_38, VEX0)),
  vpmaskmovq: either(rvmMemory(0x8c, P66_38, VEX1), mvr(0x8e, P66_38, VEX1)),
  vpgatherdd: either(rmv(0x90, P66_38, VEX0), rmMemory(0x90, P66_38, EVEX0, 4)),
  vpgatherdq: either(rmv(0x90, P66_38, VEX1), rmMemory(0x90, P66_38, EVEX1, 8)),
  vpscatterdd: mrMemory(0xa0, P66_38, EVEX0, 4),
  vpscatterdq: mrMemory(0xa0, P66_38, EVEX1, 8),

  // Logic
  vpand: rvm(0xdb, P66_0F, VEX0), vpandd: d(0xdb, P66_0F, EVEX0), vpandq: q(0xdb, P66_0F, EVEX1),
  vpandn: rvm(0xdf, P66_0F, VEX0), vpandnd: d(0xdf, P66_0F, EVEX0), vpandnq: q(0xdf, P66_0F, EVEX1),
  vpor: rvm(0xeb, P66_0F, VEX0), vpord: d(0xeb, P66_0F, EVEX0), vporq: q(0xeb, P66_0F, EVEX1),
  vpxor: rvm(0xef, P66_0F, VEX0), vpxord: d(0xef, P66_0F, EVEX0), vpxorq: q(0xef, P66_0F, EVEX1),
  vpternlogd: rvmi(0x25, P66_3A, EVEX0, FULL, 4), vpternlogq: rvmi(0x25, P66_3A, EVEX1, FULL, 8),

  // Compare, test, select
  vpcmpeqb: either(bw(0x74), kvm(0x74, P66_0F, EVEX0)),
  vpcmpeqw: either(bw(0x75), kvm(0x75, P66_0F, EVEX0)),
  vpcmpeqd: either(rvm(0x76, P66_0F, VEX0), kvm(0x76, P66_0F, EVEX0, FULL, 4)),
  vpcmpgtd: either(rvm(0x66, P66_0F, VEX0), kvm(0x66, P66_0F, EVEX0, FULL, 4)),
  vpcmpeqq: either(rvm(0x29, P66_38, VEX0), kvm(0x29, P66_38, EVEX1, FULL, 8)),
  vpcmpgtq: either(rvm(0x37, P66_38, VEX0), kvm(0x37, P66_38, EVEX1, FULL, 8)),
  vpcmpd: kvmi(0x1f, P66_3A, EVEX0, FULL, 4), vpcmpud: kvmi(0x1e, P66_3A, EVEX0, FULL, 4),
  vpcmpq: kvmi(0x1f, P66_3A, EVEX1, FULL, 8), vpcmpuq: kvmi(0x1e, P66_3A, EVEX1, FULL, 8),
  vptest: rm(0x17, P66_38, VEX0),
  vptestmd: kvm(0x27, P66_38, EVEX0, FULL, 4), vptestnmd: kvm(0x27, F3_38, EVEX0, FULL, 4),
  vpblendvb: rvmr(0x4c, P66_3A, VEX0), vpblendd: rvmi(0x02, P66_3A, VEX0),
  vpblendmd: d(0x64, P66_38, EVEX0), vpblendmq: q(0x64, P66_38, EVEX1),

  // Arithmetic
  vpaddb: bw(0xfc), vpaddw: bw(0xfd), vpaddd: d(0xfe), vpaddq: q(0xd4),
  vpsubb: bw(0xf8), vpsubw: bw(0xf9), vpsubd: d(0xfa), vpsubq: q(0xfb),
  vpmullw: bw(0xd5), vpmulld: d(0x40, P66_38), vpmullq: q(0x40, P66_38, EVEX1), vpmuludq: q(0xf4), vpmuldq: q(0x28, P66_38),
  vpmaddwd: bw(0xf5), vpmaddubsw: bw(0x04, P66_38), vpdpbusd: d(0x50, P66_38, EVEX0),
  vpminub: bw(0xda), vpmaxub: bw(0xde),
  vpminsd: d(0x39, P66_38), vpmaxsd: d(0x3d, P66_38), vpminud: d(0x3b, P66_38), vpmaxud: d(0x3f, P66_38),
  vpminsq: q(0x39, P66_38, EVEX1), vpmaxsq: q(0x3d, P66_38, EVEX1), vpminuq: q(0x3b, P66_38, EVEX1), vpmaxuq: q(0x3f, P66_38, EVEX1),
  vpabsd: rm(0x1e, P66_38, W0, FULL, 4), vpabsq: rm(0x1f, P66_38, EVEX1, FULL, 8),

  // Shift and rotate
  vpsllw: shift(6, 0x71, 0xf1, W0, 0), vpsrlw: shift(2, 0x71, 0xd1, W0, 0), vpsraw: shift(4, 0x71, 0xe1, W0, 0),
  vpslld: shift(6, 0x72, 0xf2, W0, 4), vpsrld: shift(2, 0x72, 0xd2, W0, 4), vpsrad: shift(4, 0x72, 0xe2, W0, 4),
  vpsllq: shift(6, 0x73, 0xf3, W01, 8), vpsrlq: shift(2, 0x73, 0xd3, W01, 8), vpsraq: shift(4, 0x72, 0xe2, EVEX1, 8),
  vpslldq: vmi(0x73, 7, P66_0F, W0), vpsrldq: vmi(0x73, 3, P66_0F, W0),
  vpsllvd: d(0x47, P66_38), vpsrlvd: d(0x45, P66_38), vpsravd: d(0x46, P66_38),
  vpsllvq: q(0x47, P66_38, W1), vpsrlvq: q(0x45, P66_38, W1), vpsravq: q(0x46, P66_38, EVEX1),
  vprold: vmi(0x72, 1, P66_0F, EVEX0, FULL, 4), vprolq: vmi(0x72, 1, P66_0F, EVEX1, FULL, 8),
  vprord: vmi(0x72, 0, P66_0F, EVEX0, FULL, 4), vprorq: vmi(0x72, 0, P66_0F, EVEX1, FULL, 8),
  vprolvd: d(0x15, P66_38, EVEX0), vprorvd: d(0x14, P66_38, EVEX0),

  // Widen, narrow, pack
  vpmovzxbw: rm(0x30, P66_38, W0, HALF), vpmovzxbd: rm(0x31, P66_38, W0, QUARTER), vpmovzxbq: rm(0x32, P66_38, W0, EIGHTH),
  vpmovzxwd: rm(0x33, P66_38, W0, HALF), vpmovzxdq: rm(0x35, P66_38, W0, HALF),
  vpmovsxbw: rm(0x20, P66_38, W0, HALF), vpmovsxbd: rm(0x21, P66_38, W0, QUARTER), vpmovsxbq: rm(0x22, P66_38, W0, EIGHTH),
  vpmovsxwd: rm(0x23, P66_38, W0, HALF), vpmovsxdq: rm(0x25, P66_38, W0, HALF),
  vpmovdb: mr(0x31, F3_38, EVEX0, QUARTER), vpmovdw: mr(0x33, F3_38, EVEX0, HALF), vpmovqd: mr(0x35, F3_38, EVEX0, HALF),
  vpmovwb: mr(0x30, F3_38, EVEX0, HALF), vpmovsdb: mr(0x21, F3_38, EVEX0, QUARTER), vpmovusdb: mr(0x11, F3_38, EVEX0, QUARTER),
  vpmovsdw: mr(0x23, F3_38, EVEX0, HALF),
  vpackssdw: d(0x6b), vpackusdw: d(0x2b, P66_38), vpackuswb: bw(0x67), vpacksswb: bw(0x63),

  // Shuffle, insert, extract
  vpshufd: rmi(0x70, P66_0F, W0, FULL, 4), vpshufb: bw(0x00, P66_38), vpalignr: rvmi(0x0f, P66_3A, W0),
  vpermd: d(0x36, P66_38), vpermq: either(rmi(0x00, P66_3A, W1, FULL, 8), q(0x36, P66_38, EVEX1)),
  vpermt2d: d(0x7e, P66_38, EVEX0), vpermt2q: q(0x7e, P66_38, EVEX1), vpermi2d: d(0x76, P66_38, EVEX0), vpermi2q: q(0x76, P66_38, EVEX1),
  vperm2i128: rvmi(0x46, P66_3A, VEX0),
  vshufi32x4: rvmi(0x43, P66_3A, EVEX0, FULL, 4), vshufi64x2: rvmi(0x43, P66_3A, EVEX1, FULL, 8),
  valignd: rvmi(0x03, P66_3A, EVEX0, FULL, 4), valignq: rvmi(0x03, P66_3A, EVEX1, FULL, 8),
  vpunpcklbw: bw(0x60), vpunpcklwd: bw(0x61), vpunpckldq: d(0x62), vpunpcklqdq: q(0x6c),
  vpunpckhbw: bw(0x68), vpunpckhwd: bw(0x69), vpunpckhdq: d(0x6a), vpunpckhqdq: q(0x6d),
  vpcompressd: mr(0x8b, P66_38, EVEX0, 4), vpexpandd: rm(0x89, P66_38, EVEX0, 4),
  vextracti128: mri(0x39, P66_3A, VEX0, 16), vinserti128: rvmi(0x38, P66_3A, VEX0, 16),
  vextracti32x4: mri(0x39, P66_3A, EVEX0, 16), vinserti32x4: rvmi(0x38, P66_3A, EVEX0, 16),
  vextracti64x2: mri(0x39, P66_3A, EVEX1, 16), vinserti64x2: rvmi(0x38, P66_3A, EVEX1, 16),
  vextracti32x8: mri(0x3b, P66_3A, EVEX0, 32), vinserti32x8: rvmi(0x3a, P66_3A, EVEX0, 32),
  vextracti64x4: mri(0x3b, P66_3A, EVEX1, 32), vinserti64x4: rvmi(0x3a, P66_3A, EVEX1, 32),
  vpinsrb: rvmiGeneral(0x20, P66_3A, W0, 1), vpinsrw: rvmiGeneral(0xc4, P66_0F, W0, 2),
  vpinsrd: rvmiGeneral(0x22, P66_3A, W0, 4), vpinsrq: rvmiGeneral(0x22, P66_3A, W1, 8),
  vpextrb: mriGeneral(0x14, P66_3A, W0, 1), vpextrd: mriGeneral(0x16, P66_3A, W0, 4), vpextrq: mriGeneral(0x16, P66_3A, W1, 8),

  // Opmasks
  vpmovm2b: rk(0x28, F3_38, EVEX0), vpmovm2w: rk(0x28, F3_38, EVEX1), vpmovm2d: rk(0x38, F3_38, EVEX0), vpmovm2q: rk(0x38, F3_38, EVEX1),
  vpmovb2m: km(0x29, F3_38, EVEX0), vpmovw2m: km(0x29, F3_38, EVEX1), vpmovd2m: km(0x39, F3_38, EVEX0), vpmovq2m: km(0x39, F3_38, EVEX1),
  kmovb: kmove(P66_0F, VEX0, P66_0F, VEX0), kmovw: kmove(NP_0F, VEX0, NP_0F, VEX0),
  kmovd: kmove(P66_0F, VEX1, F2_0F, VEX0), kmovq: kmove(NP_0F, VEX1, F2_0F, VEX1),
  kandb: kkk(0x41, P66_0F, VEX0), kandw: kkk(0x41, NP_0F, VEX0), kandnb: kkk(0x42, P66_0F, VEX0), kandnw: kkk(0x42, NP_0F, VEX0),
  korb: kkk(0x45, P66_0F, VEX0), korw: kkk(0x45, NP_0F, VEX0), kxorb: kkk(0x47, P66_0F, VEX0), kxorw: kkk(0x47, NP_0F, VEX0),
  kxnorb: kkk(0x46, P66_0F, VEX0), kxnorw: kkk(0x46, NP_0F, VEX0), kunpckbw: kkk(0x4b, P66_0F, VEX0),
  knotb: kk(0x44, P66_0F, VEX0), knotw: kk(0x44, NP_0F, VEX0),
  kortestb: kk(0x98, P66_0F, VEX0), kortestw: kk(0x98, NP_0F, VEX0),
  kshiftlw: kki(0x32, P66_3A, VEX1), kshiftrw: kki(0x30, P66_3A, VEX1),
};
