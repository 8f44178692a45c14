package parrot.model.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.Unpickler;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/**
 * Reads the pickled part of PyTorch's files. A pickle is a program that may call anything; here it
 * can build numbers, texts, collections and descriptions of tensors. Whatever else it names is
 * refused by name, and nothing is loaded.
 */
final class TorchPickle extends Unpickler {
  private static final Map<String, DataType> STORAGES =
      Map.of(
          "DoubleStorage", DataType.F64,
          "FloatStorage", DataType.F32,
          "HalfStorage", DataType.F16,
          "BFloat16Storage", DataType.BF16,
          "LongStorage", DataType.I64,
          "IntStorage", DataType.I32,
          "ShortStorage", DataType.I16,
          "CharStorage", DataType.I8,
          "ByteStorage", DataType.U8,
          "BoolStorage", DataType.BOOL);

  /** Values of a storage; with less than that, no place within it overflows. */
  private static final long LARGEST = 1L << 48;

  /** What a pickle may call, by the name that it uses. */
  private static final Map<String, IObjectConstructor> CALLS =
      Map.of(
          "collections.OrderedDict", TorchPickle::dictionary,
          "torch._utils._rebuild_tensor", TorchPickle::tensor,
          "torch._utils._rebuild_tensor_v2", TorchPickle::tensor,
          "torch._utils._rebuild_parameter", arguments -> arguments[0]);

  /** Values of one type in a row, which tensors are views of. */
  record Storage(String key, DataType type, long elements) {}

  /**
   * @param offset of the first value within the storage
   * @param shape sizes, outermost first
   * @param strides distances between neighbours of each dimension, in values
   */
  record TorchTensor(Storage storage, long offset, int[] shape, long[] strides) {
    /** Values of the storage from the first to the last; 0 if there are none. */
    long extent() {
      long last = 0;
      for (int i = 0; i < shape.length; i++) {
        if (shape[i] == 0) {
          return 0;
        }
        last += (shape[i] - 1) * strides[i];
      }
      return last + 1;
    }

    /** Whether each dimension, seen alone, lies within the storage. */
    boolean isPossible() {
      for (int i = 0; i < shape.length; i++) {
        boolean moves = shape[i] > 1 && strides[i] != 0;
        if (shape[i] < 0
            || moves && (strides[i] < 0 || shape[i] - 1 > storage.elements() / strides[i])) {
          return false;
        }
      }
      return true;
    }

    boolean isRowMajor() {
      long expected = 1;
      for (int i = shape.length - 1; i >= 0; i--) {
        if (shape[i] != 1 && strides[i] != expected) {
          return false;
        }
        expected *= shape[i];
      }
      return true;
    }

    /** The distance from the first value to that with this row-major index. */
    long place(int index) {
      long place = 0;
      int rest = index;
      for (int i = shape.length - 1; i >= 0; i--) {
        place += rest % shape[i] * strides[i];
        rest /= shape[i];
      }
      return place;
    }
  }

  private final Path file;
  private final Map<String, Storage> storages = new LinkedHashMap<>();

  TorchPickle(Path file) {
    this.file = file;
  }

  /** The storages that were mentioned, by key. */
  Map<String, Storage> storages() {
    return storages;
  }

  /**
   * Reads one pickle and leaves the stream behind it.
   *
   * @throws ModelException if it is damaged or names anything but tensors
   */
  Object read(InputStream pickle) {
    try {
      memo.clear();
      return load(pickle);
    } catch (ModelException | UncheckedIOException e) {
      throw e;
    } catch (IOException | PickleException e) {
      throw damaged(e.getMessage(), e);
    } catch (RuntimeException e) {
      throw damaged("it does not describe tensors", e);
    } catch (StackOverflowError | OutOfMemoryError e) {
      throw damaged("it says that something is larger than it can be", e);
    }
  }

  private ModelException damaged(String reason, Throwable cause) {
    return new ModelException(
        "Cannot read "
            + file
            + ": its table of contents is damaged ("
            + reason
            + "); get the file again, or save it as safetensors",
        cause);
  }

  @Override
  protected Object dispatch(short opcode) throws IOException {
    switch (opcode) {
      case Opcodes.GLOBAL -> {
        String module = line();
        stack.add(global(module, line()));
      }
      case Opcodes.STACK_GLOBAL -> {
        String name = String.valueOf(stack.pop());
        stack.add(global(String.valueOf(stack.pop()), name));
      }
      case Opcodes.BINPERSID -> stack.add(storage((Object[]) stack.pop()));
      case Opcodes.BUILD -> {
        // A state_dict's attributes: versions of modules, which say nothing about the weights.
        stack.pop();
        if (!(stack.peek() instanceof Map)) {
          throw refused("the state of an object");
        }
      }
      case Opcodes.INST, Opcodes.OBJ, Opcodes.NEWOBJ, Opcodes.NEWOBJ_EX, Opcodes.PERSID ->
          throw refused("an object of a class");
      default -> {
        return super.dispatch(opcode);
      }
    }
    return NO_RETURN_VALUE;
  }

  /** PickleUtils would take the beginning of a line that is cut off for the line. */
  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = input.read(); next != '\n'; next = input.read()) {
      if (next < 0) {
        throw new EOFException("a line that does not end");
      }
      line.append((char) next);
    }
    return line.toString();
  }

  private Object global(String module, String name) {
    String full = module + "." + name;
    IObjectConstructor call = CALLS.get(full);
    if (call != null) {
      return call;
    }
    DataType type = module.equals("torch") ? STORAGES.get(name) : null;
    if (type == null) {
      throw refused(full);
    }
    return type;
  }

  private ModelException refused(String what) {
    return new ModelException(
        "Cannot read "
            + file
            + ": it asks for "
            + what
            + ", and only dictionaries of tensors are read from PyTorch files; save the state_dict"
            + " alone, best as safetensors");
  }

  /** ("storage", type, key, device, number of values), and in the old format a view. */
  private Storage storage(Object[] id) {
    if (id.length > 5 && id[5] != null) {
      throw refused("a view of a storage");
    }
    String key = (String) id[2];
    long elements = ((Number) id[4]).longValue();
    if (elements < 0 || elements > LARGEST) {
      throw new PickleException("a storage of %d values".formatted(elements));
    }
    return storages.computeIfAbsent(key, k -> new Storage(k, (DataType) id[1], elements));
  }

  /** (storage, offset, shape, strides), and what only training needs. */
  private static TorchTensor tensor(Object[] arguments) {
    Object[] shape = (Object[]) arguments[2];
    Object[] strides = (Object[]) arguments[3];
    TorchTensor tensor =
        new TorchTensor(
            (Storage) arguments[0],
            ((Number) arguments[1]).longValue(),
            Arrays.stream(numbers(shape)).mapToInt(Math::toIntExact).toArray(),
            numbers(strides));
    if (shape.length != strides.length || !tensor.isPossible()) {
      throw new PickleException(
          "a tensor of shape %s and strides %s"
              .formatted(Arrays.toString(shape), Arrays.toString(strides)));
    }
    return tensor;
  }

  private static long[] numbers(Object[] numbers) {
    return Arrays.stream(numbers).mapToLong(number -> ((Number) number).longValue()).toArray();
  }

  private static Map<Object, Object> dictionary(Object[] arguments) {
    Map<Object, Object> dictionary = new LinkedHashMap<>();
    if (arguments.length > 0) {
      for (Object pair : (List<?>) arguments[0]) {
        Object[] both = pair instanceof List<?> list ? list.toArray() : (Object[]) pair;
        dictionary.put(both[0], both[1]);
      }
    }
    return dictionary;
  }

  /**
   * The tensors by name: the dictionary itself, or the one that it holds beside other things, as
   * training programs save {@code state_dict} beside their own state.
   *
   * @throws ModelException if there are none, or if more than one dictionary holds tensors
   */
  static Map<String, TorchTensor> tensors(Path file, Object contents) {
    Map<?, ?> dictionary = contents instanceof Map<?, ?> map ? map : Map.of();
    if (!holdsTensors(dictionary)) {
      List<?> names =
          dictionary.keySet().stream()
              .filter(key -> holdsTensors(((Map<?, ?>) contents).get(key)))
              .toList();
      if (names.size() != 1) {
        throw new ModelException(
            "Cannot read "
                + file
                + ": it holds "
                + (names.isEmpty()
                    ? "no dictionary of tensors"
                    : "several dictionaries of tensors, " + names)
                + "; save the state_dict alone");
      }
      dictionary = (Map<?, ?>) dictionary.get(names.get(0));
    }
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    dictionary.forEach(
        (name, value) -> {
          if (!(value instanceof TorchTensor tensor)) {
            throw new ModelException(
                "Cannot read "
                    + file
                    + ": "
                    + name
                    + " is not a tensor; save the state_dict alone");
          }
          tensors.put(String.valueOf(name), tensor);
        });
    return tensors;
  }

  private static boolean holdsTensors(Object value) {
    return value instanceof Map<?, ?> map
        && map.values().stream().anyMatch(TorchTensor.class::isInstance);
  }
}
