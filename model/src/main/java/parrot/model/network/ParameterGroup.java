package parrot.model.network;

import java.util.Locale;
import java.util.Map;

/**
 * Parameters that may have an optimizer's setting of their own: those of a {@link Part}, or the
 * router's, which are among those of the experts.
 */
public enum ParameterGroup {
  VISION,
  PROJECTOR,
  EXPERTS,
  /** Learns as the experts if nothing else is said. */
  ROUTER,
  DECODER,
  ADAPTERS;

  private static final String ROUTER_NAME = "model.moe_model.gate.";

  public static ParameterGroup of(Parameter parameter) {
    return parameter.part() == Part.EXPERTS && parameter.name().startsWith(ROUTER_NAME)
        ? ROUTER
        : of(parameter.part());
  }

  /** All of a part, but for a router that has a setting of its own. */
  public static ParameterGroup of(Part part) {
    return valueOf(part.name());
  }

  /**
   * The setting of this group, or of the one that it is among.
   *
   * @param usual if neither has its own
   */
  public <T> T setting(Map<ParameterGroup, T> byGroup, T usual) {
    return byGroup.getOrDefault(
        this, this == ROUTER ? byGroup.getOrDefault(EXPERTS, usual) : usual);
  }

  /** Name in configuration files, in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
