/** A module as a user would write one: its classes are put into a jar, and loaded from that. */
@NullMarked
package dev.windlass.tests.sites;

import org.jspecify.annotations.NullMarked;
