/**
 * Controllers: a {@link dev.windlass.controller.Reconciler} that is asked to make things right whenever something it watches
 * changes, on every cluster of its manager. {@link dev.windlass.controller.Controller#builder} is the entry point.
 */
@NullMarked
package dev.windlass.controller;

import org.jspecify.annotations.NullMarked;
