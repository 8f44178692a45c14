/** Running sides beside each other, and what their replies say. */
package parrot.benchmarks.measure;
