/** The command that writes the synthetic world of shapes; its content is made elsewhere. */
package parrot.jobs.shapes;
