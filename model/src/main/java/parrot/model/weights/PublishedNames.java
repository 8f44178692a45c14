package parrot.model.weights;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the tensors of published and of trained files are called, reduced to the names of {@link
 * TensorNames}. Programs that wrap a model (PEFT, DataParallel, FSDP, torch.compile, models that
 * hold a language model or a vision encoder) put their own names in front.
 */
final class PublishedNames {
  /** Buffers, the text side of a CLIP or SigLIP, and what pools tokens: without meaning here. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(?:.*\\.)?(?:rotary_emb\\.(?:inv_freq|original_inv_freq|cos_cached|sin_cached)|embeddings\\.position_ids|text_model\\..*"
              + "|visual_projection\\.weight|text_projection\\.weight|logit_scale|logit_bias"
              + "|head\\.(?:probe|attention\\..+|layernorm\\..+|mlp\\..+))");

  /** What wrappers of single layers put into names: torch.compile, FSDP, activation checkpoints. */
  private static final Pattern INSIDE =
      Pattern.compile(
          "(?<=\\.)(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\\.|^_fsdp_wrapped_module\\.");

  private static final String WRAPPERS = "base_model|module|_orig_mod|_forward_module|llm|model";

  private static final Pattern VISION =
      Pattern.compile(
          "(?:(?:%s|language_model|vision_tower|vision_model)\\.)*((?:embeddings|pre_layrnorm|encoder|post_layernorm)\\..+)"
              .formatted(WRAPPERS));

  private static final Pattern LANGUAGE =
      Pattern.compile(
          "(?:(?:%s|language_model)\\.)*((?:embed_tokens|layers|norm|mm_projector|moe_model)\\..+)"
              .formatted(WRAPPERS));

  private static final Pattern HEAD =
      Pattern.compile("(?:(?:%s|language_model)\\.)*(lm_head\\..+)".formatted(WRAPPERS));

  /** What PEFT adds to a layer, or moves aside, while its adapters are not merged. */
  private static final Pattern ADAPTER =
      Pattern.compile(
          ".*\\.(?:lora_\\w+|base_layer|modules_to_save|original_module|ia3_\\w+|hada_\\w+|lokr_\\w+)(?:\\..*)?");

  private PublishedNames() {}

  /** The published name of a stored tensor; empty if it has no meaning here. */
  static Optional<String> of(String stored) {
    String name = INSIDE.matcher(stored).replaceAll("");
    if (IGNORED.matcher(name).matches()) {
      return Optional.empty();
    }
    Matcher vision = VISION.matcher(name);
    if (vision.matches()) {
      return Optional.of(TensorNames.VISION + vision.group(1));
    }
    Matcher language = LANGUAGE.matcher(name);
    if (language.matches()) {
      return Optional.of("model." + language.group(1));
    }
    Matcher head = HEAD.matcher(name);
    return Optional.of(head.matches() ? head.group(1) : name);
  }

  /** Whether it is a part of an adapter that is not merged into the weights. */
  static boolean isAdapter(String stored) {
    return ADAPTER.matcher(stored).matches();
  }
}
