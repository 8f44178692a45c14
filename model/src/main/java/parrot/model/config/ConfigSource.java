package parrot.model.config;

import java.util.function.Function;
import java.util.function.UnaryOperator;
import parrot.model.ModelException;

/**
 * What a configuration was read from: how messages name it, and which exception carries them.
 *
 * @param place follows what is wrong, as {@code " in config.json"}; may be empty
 * @param missing the message for a required key that is absent, from the key's name
 * @param failure the exception for a message
 */
public record ConfigSource(
    String place,
    UnaryOperator<String> missing,
    Function<String, ? extends RuntimeException> failure) {

  /** A published file, such as a model's {@code config.json}. */
  static ConfigSource published(String where) {
    String place = " in " + where;
    return new ConfigSource(place, key -> "Missing key " + key + place, ModelException::new);
  }
}
