/**
 * What docs/coverage.md says of names that are not called alike here: what they are called, how they differ, why they are not
 * planned. A name in camelCase that exists needs no line; make-coverage.ts finds it.
 */

/** Under another name. `x.f` is a method of Tensor, `z.f` one of Complex, `nn.f` is in fathom/nn, `io.f` in fathom/io. */
export const otherNames: Readonly<Record<string, string>> = {
  absolute: 'x.abs', allclose: 'allClose', 'torch.select': 'x.at', arccos: 'acos', arccosh: 'acosh', arcsin: 'asin', arcsinh: 'asinh', arctan: 'atan',
  arctan2: 'atan2', arctanh: 'atanh', adjoint: 'z.H', amax: 'x.max', amin: 'x.min', angle: 'z.angle', argwhere: 'argwhere', array: 'tensor',
  array2string: 'x.format', array_repr: 'x.toString', array_str: 'x.toString', asanyarray: 'tensor', asarray: 'tensor', as_tensor: 'tensor',
  astype: 'x.cast', bitwise_and: 'x.bitwiseAnd', bitwise_invert: 'bitwiseNot', bitwise_left_shift: 'x.leftShift', bitwise_or: 'x.bitwiseOr',
  bitwise_right_shift: 'arithmeticRightShift', bitwise_xor: 'x.bitwiseXor', bmm: 'x.matmul', broadcast_tensors: 'broadcastArrays',
  bucketize: 'searchsorted', cat: 'concat', chain_matmul: 'multiDot', cholesky: 'linalg.cholesky', clamp: 'x.clip', clamp_max: 'x.clip',
  clamp_min: 'x.clip', concatenate: 'concat', conj: 'z.conj', conjugate: 'z.conj', cumulative_prod: 'x.cumprod', cumulative_sum: 'x.cumsum',
  degrees: 'rad2deg', delete: 'deleteAt', det: 'linalg.det', divide: 'x.div', eq: 'x.equal', equal: 'x.equal', fabs: 'x.abs', fix: 'trunc',
  from_numpy: 'tensor', frombuffer: 'tensor', fromfunction: 'fromFunction', fromiter: 'fromAsync', ge: 'x.greaterEqual', gt: 'x.greater', le: 'x.lessEqual', lt: 'x.less',
  ne: 'x.notEqual', hanning: 'hann', hann_window: 'hann', hamming_window: 'hamming', bartlett_window: 'bartlett', blackman_window: 'blackman', kaiser_window: 'kaiser',
  identity: 'eye', igamma: 'gammainc', igammac: 'gammaincc', imag: 'z.imag', index_select: 'x.take', index_put: 'at', index_add: 'at', index_copy: 'at', index_fill: 'at',
  inverse: 'linalg.inv', invert: 'bitwiseNot', iscomplexobj: 'isComplex', is_complex: 'isComplex', isclose: 'isClose', isfinite: 'x.isFinite', isinf: 'isInf', isnan: 'x.isNaN',
  isneginf: 'isNegInf', isposinf: 'isPosInf', load: 'io.loadNpy', save: 'io.saveNpy', savez: 'io.saveNpz', logdet: 'linalg.slogdet',
  logsumexp: 'x.logSumExp', lu: 'linalg.lu', matrix_exp: 'linalg.expm', matrix_power: 'linalg.matrixPower', matrix_rank: 'linalg.matrixRank',
  matrix_norm: 'linalg.norm', vector_norm: 'linalg.norm', frobenius_norm: 'linalg.norm', nuclear_norm: 'linalg.norm', matrix_transpose: 'x.transpose', mm: 'x.matmul', movedim: 'moveaxis', msort: 'x.sort', multiply: 'x.mul', multinomial: 'random.categorical',
  mv: 'matvec', nan_to_num: 'nanToNum', nanpercentile: 'nanquantile', ndim: 'x.rank', negative: 'x.neg', norm: 'linalg.norm', normal: 'random.normal', numel: 'x.size', outer: 'outer', ger: 'outer',
  permute_dims: 'x.permute', pinverse: 'linalg.pinv', place: 'putmask', poisson: 'random.poisson', power: 'x.pow', qr: 'linalg.qr', radians: 'deg2rad', rand: 'random.uniform', randint: 'random.randint', randn: 'random.normal',
  randperm: 'random.permutation', range: 'arange', real: 'z.real', repeat: 'x.repeat', repeat_interleave: 'x.repeat', rint: 'x.round', rollaxis: 'moveaxis', row_stack: 'vstack', select_scatter: 'at', slice_scatter: 'at', diagonal_scatter: 'at',
  slogdet: 'linalg.slogdet', solve: 'linalg.solve', subtract: 'x.sub', svd: 'linalg.svd', swapdims: 'swapaxes', t: 'x.T', take_along_dim: 'x.takeAlongAxis', tensor_split: 'arraySplit', transpose: 'x.transpose',
  trapz: 'trapezoid', triangular_solve: 'linalg.triangularSolve', true_divide: 'x.div', unbind: 'unstack', unique_counts: 'uniqueAll', unique_inverse: 'uniqueAll', unique_values: 'unique', view_as_complex: 'complex',
  manual_seed: 'random.seed', get_rng_state: 'random.getState', set_rng_state: 'random.setState', masked_fill: 'where', masked_select: 'extract', masked_scatter: 'putmask', scatter_reduce: 'scatter',
  index_reduce: 'at', narrow: 'x.slice', chunk: 'arraySplit', split_with_sizes: 'split', lerp: 'x.add', clone: 'x.detach', binary_cross_entropy_with_logits: 'nn.binaryCrossEntropyWithLogits', kl_div: 'nn.klDivergence', ctc_loss: 'nn.ctc',
  cosine_embedding_loss: 'nn.cosineEmbedding', hinge_embedding_loss: 'nn.hingeEmbedding', margin_ranking_loss: 'nn.marginRanking', poisson_nll_loss: 'nn.poissonNll', triplet_margin_loss: 'nn.tripletMargin', layer_norm: 'nn.LayerNorm',
  rms_norm: 'nn.RMSNorm', group_norm: 'nn.GroupNorm', instance_norm: 'nn.InstanceNorm2d', batch_norm: 'nn.BatchNorm2d', embedding: 'nn.Embedding', embedding_bag: 'nn.EmbeddingBag', gru: 'nn.GRU', gru_cell: 'nn.GRUCell', lstm: 'nn.LSTM', lstm_cell: 'nn.LSTMCell',
  rnn_tanh: 'nn.RNN', rnn_tanh_cell: 'nn.RNNCell', rnn_relu: 'nn.RNN', rnn_relu_cell: 'nn.RNNCell', bilinear: 'nn.Bilinear', alpha_dropout: 'nn.AlphaDropout', feature_dropout: 'nn.Dropout2d', constant_pad_nd: 'x.pad', convolution: 'conv2d',
  conv_transpose1d: 'convTranspose1d', conv_transpose2d: 'convTranspose2d', conv_transpose3d: 'convTranspose3d', atleast_1d: 'atleast1d', atleast_2d: 'atleast2d', atleast_3d: 'atleast3d', while_loop: 'whileLoop', scalar_tensor: 'tensor',
  jit: 'compile', remat: 'checkpoint', jacfwd: 'jacobian', jacrev: 'jacobian', custom_vjp: 'customGradient', 'lax.cond': 'cond', 'lax.scan': 'scan', 'lax.while_loop': 'whileLoop', 'lax.fori_loop': 'whileLoop', 'lax.map': 'scan',
}; // prettier-ignore

/** There, but not the same. A name with its space before it, as 'torch.take', is of that space alone. */
export const differences: Readonly<Record<string, readonly [name: string, how: string]>> = {
  apply_along_axis: ['vmap', 'vmap(f) for a function of tensors'],
  argpartition: ['x.argsort', 'sorts entirely; topk for the largest'],
  partition: ['x.sort', 'sorts entirely; topk for the largest'],
  kthvalue: ['x.sort', 'sort, then take'],
  copy: ['x.detach', 'tensors never change, so none needs a copy'],
  empty: ['zeros', 'memory without values does not exist; zeros costs nothing before it is used'],
  empty_like: ['zerosLike', 'as empty'],
  einsum_path: ['einsumPath', 'the pairs alone; einsum takes that path by itself'],
  float_power: ['x.pow', "x.cast('float64').pow(y)"],
  genfromtxt: ['table.readCsvTable', 'a table of typed columns, then toTensor'],
  loadtxt: ['table.readCsvTable', 'a table of typed columns, then toTensor'],
  get_printoptions: ['x.format', 'options are arguments, not global'],
  set_printoptions: ['x.format', 'options are arguments, not global'],
  printoptions: ['x.format', 'options are arguments, not global'],
  histogram_bin_edges: ['histogram', 'histogram gives the edges, too'],
  isreal: ['isComplex', 'asks for the kind of a tensor, not of each element'],
  iscomplex: ['isComplex', 'asks for the kind of a tensor, not of each element'],
  isrealobj: ['isComplex', 'its opposite'],
  ix_: ['meshgrid', "meshgrid, or take along each axis"],
  linear_transpose: ['vjp', 'vjp of a linear function is its transpose'],
  make_jaxpr: ['compile', 'inspect(fn)(x) of fathom/inspect prints the graph and every stage after it'],
  closure_convert: ['customGradient', 'closures over tensors need no conversion'],
  piecewise: ['select', 'select(conditions, choices)'],
  choose: ['choose', 'out of range is an IndexError; no modes'],
  polyder: ['polyder', 'coefficients only'],
  nonzero: ['nonzero', 'runs what it needs: its size depends on the values; not inside compile'],
  savez_compressed: ['io.saveNpz', 'not compressed'],
  shape: ['x.shape', "a property; shape(x, 'B T') names the sizes"],
  size: ['x.size', 'a property'],
  'lax.switch': ['cond', 'conds in each other'],
  sgn: ['x.sign', 'of real numbers'],
  std_mean: ['x.std', 'two calls; the common part is computed once'],
  var_mean: ['x.var', 'two calls; the common part is computed once'],
  aminmax: ['x.min', 'min and max; the common part is computed once'],
  unique: ['unique', 'uniqueAll gives places, inverse and counts'],
  unflatten: ['x.reshape', 'nn.Unflatten as a layer'],
  tril_indices_from: ['trilIndices', 'trilIndices(...x.shape)'],
  triu_indices_from: ['triuIndices', 'triuIndices(...x.shape)'],
  poly: ['poly', 'of no roots [1]; matrices: their eigenvalues first'],
  polydiv: ['polydiv', 'the remainder keeps a coefficient for every power below the divisor'],
  'torch.take': ['x.take', 'of x.flatten(); along an axis otherwise'],
  'torch.std': ['x.std', 'correction is 0 by default, as in NumPy'],
  'torch.var': ['x.var', 'correction is 0 by default, as in NumPy'],
  'torch.median': ['x.median', 'of an even count the mean of the two in the middle, as in NumPy'],
  'torch.max': ['x.max', 'the values alone; argmax says where'],
  'torch.min': ['x.min', 'the values alone; argmin says where'],
  'torch.sort': ['x.sort', 'the values alone; argsort says from where'],
  'torch.cummax': ['x.cummax', 'the values alone'],
  'torch.cummin': ['x.cummin', 'the values alone'],
  positive: ['x.detach', 'x itself is +x'],
  frac: ['modf', 'its first part'],
  polar: ['complex', 'Complex.polar(length, angle)'],
  histc: ['histogram', 'gives the edges, too'],
  addmm: ['x.matmul', 'a.matmul(b).add(x): one kernel when compiled'],
  addmv: ['x.matmul', 'a.matmul(v).add(x): one kernel when compiled'],
  addr: ['outer', 'outer(a, b).add(x): one kernel when compiled'],
  addbmm: ['x.matmul', 'a.matmul(b).sum(0).add(x)'],
  baddbmm: ['x.matmul', 'a.matmul(b).add(x): one kernel when compiled'],
  addcmul: ['x.add', 'x.add(a.mul(b)): one kernel when compiled'],
  addcdiv: ['x.add', 'x.add(a.div(b)): one kernel when compiled'],
  dist: ['linalg.norm', 'linalg.norm(x.sub(y))'],
  rand_like: ['random.uniform', 'uniform(key, x.shape)'],
  randn_like: ['random.normal', 'normal(key, x.shape)'],
  randint_like: ['random.randint', 'randint(key, x.shape, low, high)'],
}; // prettier-ignore

const memory = 'tensors have no layout, no views to write through and no shared memory to ask about';
const settings = 'no global settings; devices, dtypes and options are arguments';
const dates = 'no dates; see fathom/table for columns of text';
const machinery = "part of the library's own machinery";
const texts = 'text belongs to the language';
const dtypes = 'nine dtypes and one promotion table (dtypes.md) need no calculus of them';
const sparse = 'no sparse tensors';
const quantised = 'no quantised tensors';
const lowrank = 'an algorithm, not an operation; svd is exact';

/** Not planned, with the reason. */
export const reasons: Readonly<Record<string, readonly string[]>> = {
  [memory]: ['asarray_chkfinite', 'ascontiguousarray', 'asfortranarray', 'as_strided', 'as_strided_scatter', 'copyto', 'from_dlpack', 'to_dlpack', 'isfortran', 'may_share_memory', 'shares_memory', 'require', 'nested_iters', 'empty_permuted', 'empty_strided', 'is_neg', 'is_conj', 'conj_physical', 'resolve_conj', 'resolve_neg', 'resize_as_', 'is_storage', 'is_inference', 'detach_copy', 'view_as_real', 'fill', 'frompyfunc'],
  [settings]: ['getbufsize', 'setbufsize', 'geterr', 'seterr', 'geterrcall', 'seterrcall', 'set_default_device', 'get_default_device', 'set_default_dtype', 'get_default_dtype', 'set_default_tensor_type', 'set_float32_matmul_precision', 'get_float32_matmul_precision', 'set_deterministic_debug_mode', 'get_deterministic_debug_mode', 'use_deterministic_algorithms', 'are_deterministic_algorithms_enabled', 'is_deterministic_algorithms_warn_only_enabled', 'set_num_threads', 'get_num_threads', 'set_num_interop_threads', 'get_num_interop_threads', 'init_num_threads', 'set_flush_denormal', 'set_warn_always', 'is_warn_always_enabled', 'set_anomaly_enabled', 'is_anomaly_enabled', 'is_anomaly_check_nan_enabled', 'is_grad_enabled', 'is_inference_mode_enabled', 'autocast_increment_nesting', 'autocast_decrement_nesting', 'clear_autocast_cache', 'initial_seed', 'seed'],
  [dates]: ['busday_count', 'busday_offset', 'datetime_as_string', 'datetime_data', 'is_busday', 'isnat'],
  [machinery]: ['get_include', 'show_config', 'show_runtime', 'test', 'info', 'iterable', 'classproperty', 'compiled_with_cxx11_abi', 'fork', 'wait', 'get_device_module', 'get_file_path', 'import_ir_module', 'import_ir_module_from_buffer', 'is_distributed', 'is_vulkan_available', 'merge_type_from_type_comment', 'parse_ir', 'parse_schema', 'parse_type_comment', 'prepare_multiprocessing_environment', 'profiler_allow_cudagraph_cupti_lazy_reinit_cuda12', 'thread_safe_generator', 'typename', 'unify_type_list', 'vitals_enabled', 'hash_tensor', 'mode', 'get_device', 'slice_inverse', 'unsafe_chunk', 'unsafe_split', 'unsafe_split_with_sizes', 'nonzero_static', 'channel_shuffle', 'segment_reduce', 'grid_sampler_2d', 'grid_sampler_3d', 'affine_grid_generator', 'max_pool1d_with_indices', 'embedding_renorm', 'norm_except_dim', 'conv_tbc', 'is_same_size', 'is_tensor', 'is_nonzero', 'isscalar', 'mask_indices', 'real_if_close', 'sort_complex', 'rrelu', 'rsub', 'pure_callback', 'pmap', 'custom_jvp', 'eval_shape'],
  [texts]: ['base_repr', 'binary_repr', 'format_float_positional', 'format_float_scientific', 'fromregex', 'fromstring', 'savetxt', 'fromfile', 'from_file', 'packbits', 'unpackbits'],
  [dtypes]: ['can_cast', 'common_type', 'isdtype', 'issubdtype', 'min_scalar_type', 'mintypecode', 'promote_types', 'result_type', 'is_floating_point', 'is_signed'],
  [sparse]: ['dsmm', 'hsmm', 'hspmm', 'saddmm', 'smm', 'spmm', 'sspaddmm', 'sparse_bsc_tensor', 'sparse_bsr_tensor', 'sparse_compressed_tensor', 'sparse_coo_tensor', 'sparse_csc_tensor', 'sparse_csr_tensor'],
  [quantised]: ['choose_qparams_optimized', 'dequantize', 'empty_quantized', 'fused_moving_avg_obs_fake_quant', 'int_repr', 'q_per_channel_axis', 'q_per_channel_scales', 'q_per_channel_zero_points', 'q_scale', 'q_zero_point', 'quantize_per_channel', 'quantize_per_tensor', 'quantize_per_tensor_dynamic'],
  [lowrank]: ['lobpcg', 'pca_lowrank', 'svd_lowrank', 'symeig', 'geqrf', 'orgqr', 'ormqr', 'lu_solve', 'lu_unpack'],
  'matrices are tensors of rank 2, for which every function here works': ['asmatrix', 'bmat', 'apply_over_axes'],
}; // prettier-ignore
