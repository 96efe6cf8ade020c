/** A controller and its custom resource that the tests load in class loaders of their own. */
@org.jspecify.annotations.NullMarked
package dev.windlass.hot;
