/** The demo and its tour: two embedded API servers, one manager, the controllers of the website example. */
@NullMarked
package dev.windlass.cli.demo;

import org.jspecify.annotations.NullMarked;
