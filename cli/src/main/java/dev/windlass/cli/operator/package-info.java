/** The website example as a program: what {@code run} and {@code demo} have in common. */
@NullMarked
package dev.windlass.cli.operator;

import org.jspecify.annotations.NullMarked;
