package parrot.model.dl4j;

import java.nio.ByteBuffer;
import parrot.model.kernel.Kernels;
import parrot.model.network.Parameter;

/** Moments that lie in memory as float32. */
record FloatMoments(FloatVector vector) implements Moments {
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
  public void clear() {
    vector.clear();
  }

  @Override
  public void change(ParameterBlock block, Parameter parameter, Kernels kernels, Change change) {
    long at = parameter.offset() - block.offset();
    FloatVector first = block.first(vector).part(at, parameter.size());
    FloatVector second = block.second(vector).part(at, parameter.size());
    first
        .windowStarts()
        .forEach(start -> change.part(start, first.windowFrom(start), second.windowFrom(start)));
  }
}
