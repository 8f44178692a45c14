package parrot.jobs.preprocess;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import parrot.datasets.conversation.ControlTokens;
import parrot.datasets.conversation.ConversationRules;
import parrot.datasets.shard.ShardSchema;
import parrot.datasets.source.RowReader;
import picocli.CommandLine.Option;

/** Options that say how a row is read. */
final class RowOptions {
  @Option(
      names = "--format",
      defaultValue = "auto",
      paramLabel = "NAME|FILE",
      description =
          "What the keys of a row are called: llava, sharegpt, openai, alpaca, auto for any of them,"
              + " or a YAML file that names them, as docs/data.md shows (default: ${DEFAULT-VALUE}).")
  private String format;

  @Option(
      names = "--turns",
      defaultValue = "published",
      paramLabel = "NAME",
      description =
          "What is done with an answer before the first question, a role twice in a row, a second"
              + " system turn: published (kept as they are), merge (into one turn) or reject (the"
              + " row) (default: ${DEFAULT-VALUE}).")
  private ConversationRules.Turns turns;

  @Option(
      names = "--last-question",
      defaultValue = "trim",
      paramLabel = "NAME",
      description =
          "What is done with a last question without an answer: trim (left out) or reject (the row)"
              + " (default: ${DEFAULT-VALUE}).")
  private ConversationRules.LastQuestion lastQuestion;

  @Option(
      names = "--control-tokens",
      description =
          "Make control ids of control tokens that are written in the texts, such as <|im_end|>"
              + " (default: they are text).")
  private boolean controlTokens;

  @Option(
      names = "--column",
      paramLabel = "NAME",
      description =
          "Key of the rows whose value is kept in the shards, to choose rows by with where: in the"
              + " training configuration. May be given several times.")
  private List<String> columns = new ArrayList<>();

  RowReader reader() throws IOException {
    ShardSchema.requireColumns(columns);
    return new RowReader(
        FormatFile.read(format), new ConversationRules(turns, lastQuestion), columns);
  }

  ControlTokens controlTokens() {
    return controlTokens ? ControlTokens.IDS : ControlTokens.TEXT;
  }
}
