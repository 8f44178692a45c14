/**
 * The balance of experts over a run: loads of all replicas together, what they say about the
 * router, and how the router is steered in the next round. Knows loads and no rounds, so that
 * whoever trains may use it; the gradient of the balance loss and the selection are the model's.
 */
package parrot.jobs.balance;
