/**
 * The balance of experts over a run: loads of all replicas together, what they say about the
 * router, and how the router is steered in the next round. Knows nothing of how rounds run. The
 * selection of experts and the gradient of the balance loss are the model's.
 */
package parrot.jobs.balance;
