package parrot.jobs.serve;

import parrot.jobs.evaluate.Query;

/**
 * What a client asks for.
 *
 * @param maxNewTokens of the answer
 * @param stream whether the answer is told as it comes
 * @param usage whether a stream ends with the number of tokens
 * @param logProbabilities whether the answer's tokens are told with theirs
 * @param topLogProbabilities how many likely tokens are told beside each
 */
record ChatRequest(
    Query query,
    int maxNewTokens,
    boolean stream,
    boolean usage,
    boolean logProbabilities,
    int topLogProbabilities) {}
