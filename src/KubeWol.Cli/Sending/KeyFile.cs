using System.Security.Cryptography;

namespace KubeWol.Cli.Sending;

/// <summary>A sender's private key, and the name under which policies know it.</summary>
internal sealed record KeyFile(ECDsa Key, string Id) : IDisposable
{
    /// <summary>Reads a key in PEM. Without a name of its own it has the file's.</summary>
    /// <exception cref="CliException">It is not there, or no such key.</exception>
    public static KeyFile Read(string path, string? id)
    {
        string pem;
        try
        {
            pem = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"cannot read the key {path}: {e.Message}", "Try: kubectl wol keygen");
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            _ = key.ExportParameters(includePrivateParameters: true).D; // a public key alone signs nothing
            return new(key, id ?? Path.GetFileNameWithoutExtension(path));
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new CliException(ExitCode.Usage, $"{path} holds no unencrypted private key for ECDSA in PEM", "Try: kubectl wol keygen");
        }
    }

    public void Dispose() => Key.Dispose();
}
