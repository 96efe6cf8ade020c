package dev.windlass.apiserver;

/**
 * What a client proves itself by: a certificate that the server's authority has signed.
 *
 * @param certificatePem
 *            the certificate
 * @param keyPem
 *            its private key, unencrypted, as PKCS #8; for a client of Kubernetes take
 *            {@link ApiServer#certificateKubeconfig}, some of which do not read that
 */
public record ClientCertificate(String certificatePem, String keyPem) {
}
