/** Holds the embedded API server against the real one: the same requests to both, and answers that must be equal. */
@org.jspecify.annotations.NullMarked
package dev.windlass.tests.differential;
