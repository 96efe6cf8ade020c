/** What is measured, through the public API only. */
@org.jspecify.annotations.NullMarked
package dev.windlass.benchmarks;
