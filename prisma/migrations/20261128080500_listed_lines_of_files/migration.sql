-- The lines of a file that are neither loaded nor refused are kept beside its refused rows.
ALTER TYPE "ImportPart" ADD VALUE 'listed';
