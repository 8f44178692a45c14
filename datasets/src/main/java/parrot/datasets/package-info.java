/** datasets. */
package parrot.datasets;
