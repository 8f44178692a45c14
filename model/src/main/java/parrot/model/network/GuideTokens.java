package parrot.model.network;

import parrot.model.config.RouterGuide;

/** Tokens that the router reads in place of the prompt, and nothing else does. */
public final class GuideTokens {
  /** Languages that chance draws from, as many as the published models speak. */
  private static final int LANGUAGES = 6;

  private GuideTokens() {}

  /**
   * Token ids of one row, with what guides the router before them.
   *
   * @param tokenIds of a row or prompt
   * @param language a number that stands for its language
   * @param vocabulary size; the language's token is the one of its number in it
   * @return {@code tokenIds} itself if the prompt guides
   */
  public static int[] before(int[] tokenIds, RouterGuide guide, int language, int vocabulary) {
    if (guide == RouterGuide.PROMPT) {
      return tokenIds;
    }
    int marker = guide == RouterGuide.LANGUAGE ? language : drawn(tokenIds);
    int[] guided = new int[tokenIds.length + 1];
    guided[0] = Batch.GUIDE - marker % vocabulary;
    System.arraycopy(tokenIds, 0, guided, 1, tokenIds.length);
    return guided;
  }

  /** By the row's content alone, so that it does not matter who asks, when, beside what. */
  private static int drawn(int[] tokenIds) {
    long hash = 0xcbf29ce484222325L;
    for (int id : tokenIds) {
      hash = (hash ^ id) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    return (int) Math.floorMod(hash ^ (hash >>> 31), (long) LANGUAGES);
  }
}
