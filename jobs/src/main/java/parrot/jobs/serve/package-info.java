/**
 * A model behind HTTP, as clients of OpenAI's chat completions expect it, and a page to chat with
 * it. Read {@link parrot.jobs.serve.ChatServer} first; {@link parrot.jobs.serve.AnswerQueue} is
 * where requests meet the model. No decoding of tokens, no preparation of images: {@code evaluate}
 * does that.
 *
 * <p>The server is Netty: Spark brings it, so nothing is added; it hears at once when a client goes
 * away, it limits each part of a request, and a connection takes no thread of its own. Java's own
 * server has no limits on time and does not tell of clients that leave; Jetty, Undertow and Javalin
 * bring servlets and threads that seven addresses do not need.
 */
package parrot.jobs.serve;
