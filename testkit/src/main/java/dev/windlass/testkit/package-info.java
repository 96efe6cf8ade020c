/**
 * For tests of controllers: API servers to run against, network faults to run into, and checks that nothing is left.
 */
@NullMarked
package dev.windlass.testkit;

import org.jspecify.annotations.NullMarked;
