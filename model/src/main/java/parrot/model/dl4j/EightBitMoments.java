package parrot.model.dl4j;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Levels;
import parrot.model.network.Parameter;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Moments in 8 bits a value. A part at a time becomes float32, is changed and packed again. */
final class EightBitMoments implements Moments {
  /** Values of a part, whole blocks. */
  private static final int PART = 1 << 20;

  private record Both(EightBitPiece first, EightBitPiece second) {}

  private final Map<Parameter, Both> byParameter = new HashMap<>();
  private final PiecewiseVector vector;
  private final Tensor first;
  private final Tensor second;

  /**
   * @param memory that they are to lie in
   */
  EightBitMoments(List<ParameterBlock> blocks, Memory memory) {
    List<EightBitPiece> pieces = new ArrayList<>();
    long longest = 0;
    for (ParameterBlock block : blocks) {
      List<EightBitPiece> seconds = new ArrayList<>();
      for (Parameter parameter : block.parameters()) {
        Both both =
            new Both(
                new EightBitPiece(parameter.size(), Levels.SIGNED, memory),
                new EightBitPiece(parameter.size(), Levels.UNSIGNED, memory));
        byParameter.put(parameter, both);
        pieces.add(both.first);
        seconds.add(both.second);
        longest = Math.max(longest, parameter.size());
      }
      pieces.addAll(seconds);
    }
    vector = new PiecewiseVector(pieces);
    int part = (int) Math.min(PART, longest);
    first = Tensor.allocate(memory, ElementType.F32, 1, part);
    second = Tensor.allocate(memory, ElementType.F32, 1, part);
  }

  @Override
  public long length() {
    return vector.length();
  }

  @Override
  public ByteBuffer read(long from, int count) {
    return vector.read(from, count);
  }

  @Override
  public void write(long from, ByteBuffer floats) {
    vector.write(from, floats);
  }

  @Override
  public boolean sharesScales() {
    return true;
  }

  @Override
  public void clear() {
    byParameter.values().forEach(both -> both.first.clear());
    byParameter.values().forEach(both -> both.second.clear());
  }

  @Override
  public void change(ParameterBlock block, Parameter parameter, Kernels kernels, Change change) {
    Both both = byParameter.get(parameter);
    for (long from = 0; from < parameter.size(); from += PART) {
      int count = (int) Math.min(PART, parameter.size() - from);
      Tensor m = first.columns(0, count);
      Tensor v = second.columns(0, count);
      kernels.unpack(m, both.first.blocks(from, count));
      kernels.unpack(v, both.second.blocks(from, count));
      change.part(from, m, v);
      kernels.pack(both.first.blocks(from, count), m);
      kernels.pack(both.second.blocks(from, count), v);
    }
  }
}
