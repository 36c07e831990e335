import CRAGKernels

/// The forward pass of BERT and its relatives (Devlin et al. 2019; Vaswani et al. 2017) over rows
/// of several texts, which lie end to end without padding.
///
/// A layer is one step, between whose rows nothing passes but the keys and values of a text. These
/// are made at the end of the step before, so threads need to meet once a layer. A text's values
/// do not depend on the other texts, nor on how its rows are dealt out.
struct EncoderForward: Sendable {
  let model: EncoderModel
  let kernels: rag_encoder_kernels
  /// Does the products where the engine has no kernels for this CPU.
  let blas: BLAS?

  /// Rows that go through the feed-forward layers together, so that what is between these stays in
  /// the second-level cache.
  static let blockRowCount = 96

  var configuration: EncoderConfiguration { model.configuration }
  /// Steps of a pass, ``run(step:rows:of:in:_:thread:)``.
  var stepCount: Int { configuration.layerCount + 1 }

  private var hiddenStride: Int { EncoderWeights.padded(configuration.hiddenSize) }
  private var projectionStride: Int { EncoderWeights.padded(3 * configuration.hiddenSize) }
  private var intermediateStride: Int { EncoderWeights.padded(configuration.intermediateSize) }

  /// Does a step for some rows of a pass: the embeddings first, then a layer each, and at the end
  /// of each what the attention of the next needs. All rows of a step come before any of the next.
  func run(
    step: Int, rows: Range<Int>, of batch: TokenRows, in pass: PassPlan, _ memory: Workspace.Rows,
    thread: Workspace.ThreadMemory
  ) {
    let projections = memory.projections
    let (read, written) =
      step.isMultiple(of: 2) ? (projections.1, projections.0) : (projections.0, projections.1)
    if step == 0 {
      embed(rows, of: batch, in: pass, memory, thread)
    } else {
      attend(rows, of: batch, in: pass, read, memory.context, thread)
    }
    let blockRowCount = blas == nil ? Self.blockRowCount : rows.count
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: blockRowCount) {
      let block = start..<min(start + blockRowCount, rows.upperBound)
      if step > 0 { finish(model.weights.layers[step - 1], block, memory, thread) }
      if step < configuration.layerCount {
        apply(
          model.weights.layers[step].attention, to: memory.state + block.lowerBound * hiddenStride,
          stride: hiddenStride, rows: block.count, RAG_ACTIVATION_NONE,
          into: written + block.lowerBound * projectionStride, stride: projectionStride, thread)
      }
    }
  }

  private func embed(
    _ rows: Range<Int>, of batch: TokenRows, in pass: PassPlan, _ memory: Workspace.Rows,
    _ thread: Workspace.ThreadMemory
  ) {
    var norm = model.weights.embeddingNorm
    // A padding token within a text stands at the row of its own, and is not counted.
    let padding = configuration.positionOffset - 1
    let firstPosition = configuration.positionRowCount - configuration.positionCount
    forEachPart(of: rows, of: batch, in: pass) { index, text, part in
      let secondTypeStart = batch.secondTypeRows(ofText: index).lowerBound - pass.rows.lowerBound
      var position = firstPosition
      for row in text.lowerBound..<part.upperBound {
        let token = batch.tokens[pass.rows.lowerBound + row]
        let isPadding = Int(token) == padding
        if row >= part.lowerBound {
          model.wordEmbeddings.copyRow(of: token, to: thread.embedding)
          if row >= secondTypeStart, let shift = model.secondTypeShift {
            for column in shift.indices { thread.embedding[column] += shift[column] }
          }
          kernels.add_norm(
            &norm, thread.embedding,
            model.weights.positionEmbeddings + (isPadding ? 0 : position) * hiddenStride,
            hiddenStride, 1, memory.state + row * hiddenStride)
        }
        if !isPadding { position += 1 }
      }
    }
  }

  private func attend(
    _ rows: Range<Int>, of batch: TokenRows, in pass: PassPlan, _ projections: Workspace.Matrix,
    _ context: Workspace.Matrix, _ thread: Workspace.ThreadMemory
  ) {
    let positionCount = configuration.positionCount
    var sizes = rag_attention(
      heads: configuration.headCount, head_size: configuration.headSize,
      part: configuration.hiddenSize, stride: projectionStride, out_stride: hiddenStride,
      bias: model.weights.relativeBias, bias_stride: 2 * positionCount - 1,
      reach: positionCount - 1)
    forEachPart(of: rows, of: batch, in: pass) { _, text, part in
      kernels.attention(
        &sizes, projections + text.lowerBound * projectionStride, text.count,
        part.lowerBound - text.lowerBound, part.count, thread.scratch,
        context + text.lowerBound * hiddenStride)
    }
  }

  /// What follows attention: its output layer and the feed-forward layers, with their norms.
  private func finish(
    _ layer: EncoderWeights.Layer, _ rows: Range<Int>, _ memory: Workspace.Rows,
    _ thread: Workspace.ThreadMemory
  ) {
    let state = memory.state + rows.lowerBound * hiddenStride
    func add(_ norm: rag_norm) {
      var norm = norm
      kernels.add_norm(&norm, thread.update, state, hiddenStride, rows.count, state)
    }
    apply(
      layer.attentionOutput, to: memory.context + rows.lowerBound * hiddenStride,
      stride: hiddenStride, rows: rows.count, RAG_ACTIVATION_NONE, into: thread.update,
      stride: hiddenStride, thread)
    add(layer.attentionNorm)
    apply(
      layer.up, to: state, stride: hiddenStride, rows: rows.count, activation,
      into: thread.intermediate, stride: intermediateStride, thread)
    apply(
      layer.down, to: thread.intermediate, stride: intermediateStride, rows: rows.count,
      RAG_ACTIVATION_NONE, into: thread.update, stride: hiddenStride, thread)
    add(layer.outputNorm)
  }

  private func apply(
    _ linear: EncoderWeights.Linear, to input: Workspace.Matrix, stride: Int, rows: Int,
    _ activation: rag_activation, into output: Workspace.Matrix, stride outputStride: Int,
    _ thread: Workspace.ThreadMemory
  ) {
    switch linear {
    case .panels(var layer):
      kernels.linear(&layer, input, stride, rows, activation, output, outputStride)
    case .bytes(var layer):
      kernels.quantize(
        input, stride, layer.inputs, rows, thread.rotated, thread.bytes, thread.codes)
      kernels.byte_linear(
        &layer, thread.bytes, thread.codes, rows, activation, output, outputStride)
    case .columns(let layer):
      blas?.multiply(
        input, stride: stride, by: layer.weights, into: output, stride: outputStride, rows: rows,
        inner: layer.inputs, columns: outputStride)
      kernels.bias_activation(activation, layer.bias, outputStride, output, outputStride, rows)
    }
  }

  /// Calls `body` with each text that has some of `rows`, with all of its own, and with those.
  private func forEachPart(
    of rows: Range<Int>, of batch: TokenRows, in pass: PassPlan,
    _ body: (_ index: Int, _ text: Range<Int>, _ part: Range<Int>) -> Void
  ) {
    for index in pass.texts {
      let place = batch.rows(ofText: index)
      let text =
        (place.lowerBound - pass.rows.lowerBound)..<(place.upperBound - pass.rows.lowerBound)
      let part = text.clamped(to: rows)
      if !part.isEmpty { body(index, text, part) }
    }
  }

  private var activation: rag_activation {
    switch configuration.activation {
    case .gelu: RAG_ACTIVATION_GELU_ERF
    case .geluTanh: RAG_ACTIVATION_GELU_TANH
    case .relu: RAG_ACTIVATION_RELU
    }
  }
}
